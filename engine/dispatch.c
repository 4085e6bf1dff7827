/*
 * dispatch.c - /meta/ channels by their full names; all else is a publish.
 */
#include <stddef.h>

#include "dispatch.h"
#include "meta.h"
#include "publish.h"

typedef enum bx_step handler_fn(struct bx_turn *turn);

static const struct {
	const char *channel;
	handler_fn *handle;
} meta_handlers[] = {
	{ "/meta/connect", bx_meta_connect },
	{ "/meta/handshake", bx_meta_handshake },
	{ "/meta/subscribe", bx_meta_subscribe },
	{ "/meta/unsubscribe", bx_meta_unsubscribe },
	{ "/meta/disconnect", bx_meta_disconnect },
};

enum bx_step
bx_dispatch(struct bx_turn *turn)
{
	const struct bx_channel_name *name = &turn->channel.name;
	size_t i;

	if (name->kind == BX_CHANNEL_META)
		for (i = 0;
		     i < sizeof(meta_handlers) / sizeof(meta_handlers[0]); i++)
			if (bx_channel_name_equals(name,
				meta_handlers[i].channel))
				return meta_handlers[i].handle(turn);
	return bx_publish(turn);
}
