/*
 * draft.c - a message that is being written: its fields, and its ext.
 */
#include <string.h>

#include "draft.h"

void
bx_draft_init(struct bx_draft *draft, const struct bx_env *env)
{
	bx_buf_init(&draft->fields, env);
	bx_buf_init(&draft->ext, env);
	draft->successful = false;
}

void
bx_draft_fini(struct bx_draft *draft)
{
	bx_buf_fini(&draft->fields);
	bx_buf_fini(&draft->ext);
}

void
bx_draft_clear(struct bx_draft *draft)
{
	bx_buf_clear(&draft->fields);
	bx_buf_clear(&draft->ext);
	draft->successful = false;
}

/* Append "name": behind whatever was there. */
static void
append_name(struct bx_buf *buf, const char *name)
{
	if (buf->len > 0)
		(void)bx_buf_append_text(buf, ",");
	(void)bx_json_append_string(buf, name, strlen(name));
	(void)bx_buf_append_text(buf, ":");
}

static void
append_member(struct bx_buf *buf, const char *name, struct bx_slice value)
{
	if (value.len == 0)
		return;
	append_name(buf, name);
	(void)bx_buf_append(buf, value.at, value.len);
}

void
bx_draft_field(struct bx_draft *draft, const char *name, struct bx_slice value)
{
	append_member(&draft->fields, name, value);
}

void
bx_draft_ext(struct bx_draft *draft, const char *name, struct bx_slice value)
{
	append_member(&draft->ext, name, value);
}

void
bx_draft_labelled(struct bx_draft *draft, struct bx_slice label,
    struct bx_slice value)
{
	const struct bx_slice parts[] = {
		{ ",", draft->fields.len > 0 ? 1 : 0 },
		label,
		value,
	};

	if (value.len > 0)
		(void)bx_buf_append_parts(&draft->fields, parts,
		    sizeof(parts) / sizeof(parts[0]));
}

struct bx_buf *
bx_draft_begin_field(struct bx_draft *draft, const char *name)
{
	append_name(&draft->fields, name);
	return &draft->fields;
}

bool
bx_draft_is_whole(const struct bx_draft *draft)
{
	return !draft->fields.failed && !draft->ext.failed;
}
