/*
 * content.c - requests that plugins answer: the table, and all requests.
 *
 * While all of them are walked any of them can go, so a walk takes the first
 * and puts it behind the last, as often as there were any.
 */
#include <string.h>

#include "content_private.h"
#include "context.h"
#include "engine/engine.h"

static struct fcgi_content_entry *
entry_at(struct bx_list *link)
{
	return BX_LIST_ENTRY(link, struct fcgi_content_entry, link);
}

void
fcgi_content_init(struct fcgi_content *content, struct fcgi_context *context)
{
	memset(content, 0, sizeof(*content));
	content->context = context;
	content->end_at = BX_NEVER;
	bx_list_init(&content->entries);
	bx_list_init(&content->requests);
	bx_list_init(&content->ready);
	bx_list_init(&content->gone);
}

static void
free_entry(struct fcgi_content *content, struct fcgi_content_entry *entry)
{
	bx_list_remove(&entry->link);
	bx_free(content->context->env, entry);
}

void
fcgi_content_fini(struct fcgi_content *content)
{
	while (!bx_list_is_empty(&content->entries))
		free_entry(content, entry_at(content->entries.next));
	while (!bx_list_is_empty(&content->requests))
		fcgi_content_release(BX_LIST_ENTRY(content->requests.next,
		    struct bx_request, link));
}

/* Is path that of entry, or below it? */
static bool
is_within(struct bx_slice path, const struct fcgi_content_entry *entry)
{
	size_t len = strlen(entry->path);

	return path.len >= len && memcmp(path.at, entry->path, len) == 0 &&
	    (path.len == len || path.at[len] == '/');
}

const struct fcgi_content_entry *
fcgi_content_find(const struct fcgi_content *content, struct bx_slice path)
{
	const struct fcgi_content_entry *found = NULL;
	const struct fcgi_content_entry *entry;
	struct bx_list *link;

	for (link = content->entries.next; link != &content->entries;
	     link = link->next) {
		entry = entry_at(link);
		if (is_within(path, entry) &&
		    (found == NULL ||
			strlen(entry->path) > strlen(found->path)))
			found = entry;
	}
	return found;
}

bool
fcgi_content_has(const struct fcgi_content *content, struct bx_slice path)
{
	return fcgi_content_find(content, path) != NULL;
}

static struct fcgi_content_entry *
find_exactly(const struct fcgi_content *content, const char *path)
{
	struct bx_list *link;

	for (link = content->entries.next; link != &content->entries;
	     link = link->next)
		if (strcmp(entry_at(link)->path, path) == 0)
			return entry_at(link);
	return NULL;
}

bool
fcgi_content_add(struct fcgi_content *content, const struct bx_content *added)
{
	size_t len = strlen(added->path);
	struct fcgi_content_entry *entry;

	/* "/" would leave nothing to Bayeux. */
	if (added->path[0] != '/' || added->path[len - 1] == '/' ||
	    find_exactly(content, added->path) != NULL)
		return false;
	entry = bx_alloc(content->context->env, sizeof(*entry) + len + 1);
	if (entry == NULL)
		return false;
	entry->owner = added->owner;
	entry->fn = added->fn;
	entry->ctx = added->ctx;
	memcpy(entry->path, added->path, len + 1);
	bx_list_init(&entry->link);
	bx_list_append(&content->entries, &entry->link);
	return true;
}

void
fcgi_content_remove(struct fcgi_content *content, const void *owner,
    const char *path)
{
	struct fcgi_content_entry *entry = find_exactly(content, path);

	if (entry != NULL && entry->owner == owner)
		free_entry(content, entry);
}

static struct bx_request *
next_of_all(struct fcgi_content *content)
{
	struct bx_list *link = bx_list_take_first(&content->requests);

	if (link == NULL)
		return NULL;
	bx_list_append(&content->requests, link);
	return BX_LIST_ENTRY(link, struct bx_request, link);
}

/* Its plugin has stopped. */
static void
abandon(struct bx_request *request)
{
	struct fcgi_request *client = request->request;

	/* Whoever is calling about it sees that nobody owns it. */
	if (request->is_busy) {
		request->owner = NULL;
		return;
	}
	request->gone = NULL;
	if (client != NULL && !request->is_begun) {
		fcgi_content_refuse(request, "unanswered");
	} else if (client != NULL) {
		request->is_ended = true;
		fcgi_content_mark_ready(request);
	}
	fcgi_content_release(request);
}

void
fcgi_content_forget(struct fcgi_content *content, const void *owner)
{
	struct bx_list *link = content->entries.next;
	struct fcgi_content_entry *entry;
	struct bx_request *request;
	size_t count;

	while (link != &content->entries) {
		entry = entry_at(link);
		link = link->next;
		if (entry->owner == owner)
			free_entry(content, entry);
	}
	for (count = content->count; count > 0; count--) {
		request = next_of_all(content);
		if (request != NULL && request->owner == owner)
			abandon(request);
	}
}

static void
tell_gone(struct bx_request *request)
{
	struct fcgi_context *context = request->content->context;
	bx_request_gone_fn *gone = request->gone;

	request->is_busy = true;
	request->is_ended = true;
	bx_engine_set_now(context->engine, context->now);
	gone(request, request->gone_ctx);
	request->is_busy = false;
	fcgi_content_release(request);
}

void
fcgi_content_drain(struct fcgi_content *content)
{
	struct bx_list *link;

	while ((link = bx_list_take_first(&content->gone)) != NULL)
		tell_gone(BX_LIST_ENTRY(link, struct bx_request, lost));
	while ((link = bx_list_take_first(&content->ready)) != NULL)
		fcgi_content_say(
		    BX_LIST_ENTRY(link, struct bx_request, ready));
}

bool
fcgi_content_has_ready(const struct fcgi_content *content)
{
	return !bx_list_is_empty(&content->gone) ||
	    !bx_list_is_empty(&content->ready);
}

/* The server ends it, if it is a stream, and its plugin may want to know. */
static void
end_stream(struct bx_request *request)
{
	if (!request->is_begun || request->is_ended)
		return;
	request->is_ended = true;
	fcgi_content_mark_ready(request);
	if (request->gone != NULL) {
		bx_list_remove(&request->lost);
		bx_list_append(&request->content->gone, &request->lost);
	}
}

void
fcgi_content_shut_down(struct fcgi_content *content, bx_msec end_at)
{
	size_t count;

	content->is_closing = true;
	content->end_at = end_at;
	for (count = content->count; count > 0; count--)
		end_stream(next_of_all(content));
}

void
fcgi_content_advance(struct fcgi_content *content)
{
	struct bx_request *request;
	size_t count;

	if (content->context->now < content->end_at)
		return;
	content->end_at = BX_NEVER;
	for (count = content->count; count > 0; count--) {
		request = next_of_all(content);
		if (request == NULL)
			return;
		/* It may have begun since. */
		end_stream(request);
		if (request->request != NULL && !request->is_begun &&
		    !request->is_busy)
			fcgi_content_refuse(request, "stopping");
	}
}
