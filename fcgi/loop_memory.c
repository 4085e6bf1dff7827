/*
 * loop_memory.c - memory that the event loop can count on.
 */
#include <ev.h>
#include <stdlib.h>

#include "log.h"
#include "loop_memory.h"

/* For each descriptor libev has a watcher list, a change, an event of the
 * kernel and a pending watcher, in arrays that are copied when they double. */
#define BYTES_PER_DESCRIPTOR 192
#define BYTES_BESIDE 65536

static void *reserve;
static size_t reserve_size;

static void *
allocate(void *ptr, long size)
{
	void *grown;

	if (size == 0) {
		free(ptr);
		return NULL;
	}
	grown = realloc(ptr, (size_t)size);
	if (grown != NULL || reserve == NULL)
		return grown;
	free(reserve);
	reserve = NULL;
	fcgi_log(BX_LOG_ERROR, "event=no_memory loop=reserve_used");
	return realloc(ptr, (size_t)size);
}

bool
fcgi_loop_memory_is_reserved(void)
{
	if (reserve == NULL)
		reserve = malloc(reserve_size);
	return reserve != NULL;
}

bool
fcgi_loop_memory_reserve(size_t descriptors)
{
	if (descriptors > (SIZE_MAX - BYTES_BESIDE) / BYTES_PER_DESCRIPTOR)
		return false;
	reserve_size = descriptors * BYTES_PER_DESCRIPTOR + BYTES_BESIDE;
	if (!fcgi_loop_memory_is_reserved())
		return false;
	ev_set_allocator(allocate);
	return true;
}

void
fcgi_loop_memory_release(void)
{
	free(reserve);
	reserve = NULL;
}
