/*
 * queue.c - deliveries on lists, with a place for each.
 */
#include "queue.h"

#include <stdbool.h>

static struct bx_delivery *
delivery_at(struct bx_list *link)
{
	return BX_LIST_ENTRY(link, struct bx_delivery, link);
}

struct bx_delivery *
bx_delivery_new(const struct bx_env *env, struct bx_message *message)
{
	struct bx_delivery *delivery;

	delivery = bx_alloc(env, sizeof(*delivery));
	if (delivery == NULL)
		return NULL;
	bx_list_init(&delivery->link);
	delivery->message = bx_message_ref(message);
	delivery->batch = 0;
	delivery->place = 0;
	return delivery;
}

void
bx_delivery_free(const struct bx_env *env, struct bx_delivery *delivery)
{
	if (delivery == NULL)
		return;
	bx_list_remove(&delivery->link);
	bx_message_unref(delivery->message);
	bx_free(env, delivery);
}

void
bx_delivery_free_all(const struct bx_env *env, struct bx_list *list)
{
	struct bx_list *link;

	while ((link = bx_list_take_first(list)) != NULL)
		bx_delivery_free(env, delivery_at(link));
}

void
bx_queue_init(struct bx_queue *queue)
{
	bx_list_init(&queue->deliveries);
	queue->count = 0;
	queue->bytes = 0;
	queue->due = BX_NEVER;
	queue->last_place = 0;
}

/* Count a message that is now in the queue. */
static void
count_in(struct bx_queue *queue, const struct bx_message *message)
{
	queue->count++;
	queue->bytes += bx_message_length(message);
	if (bx_message_flush_by(message) < queue->due)
		queue->due = bx_message_flush_by(message);
}

/* An empty queue has room for anything: a message that is larger than the
 * limit could otherwise never be delivered, however fast the client reads. */
static bool
has_room(const struct bx_queue *queue, size_t len, size_t max_count,
    size_t max_bytes)
{
	return queue->count == 0 ||
	    (queue->count < max_count && queue->bytes <= max_bytes &&
		len <= max_bytes - queue->bytes);
}

enum bx_status
bx_queue_push(struct bx_queue *queue, struct bx_delivery *delivery,
    size_t max_count, size_t max_bytes)
{
	size_t len = bx_message_length(delivery->message);

	if (!has_room(queue, len, max_count, max_bytes))
		return BX_EFULL;
	bx_list_append(&queue->deliveries, &delivery->link);
	delivery->place = ++queue->last_place;
	count_in(queue, delivery->message);
	return BX_OK;
}

void
bx_queue_take_all(struct bx_queue *queue, struct bx_list *list)
{
	bx_list_append_all(list, &queue->deliveries);
	queue->count = 0;
	queue->bytes = 0;
	queue->due = BX_NEVER;
}

void
bx_queue_take_batch(struct bx_queue *queue, uint64_t batch,
    struct bx_list *list)
{
	struct bx_list rest;

	bx_list_init(&rest);
	bx_list_append_all(&rest, &queue->deliveries);
	bx_queue_take_all(queue, list);
	while (
	    !bx_list_is_empty(&rest) && delivery_at(rest.next)->batch <= batch)
		bx_list_append(list, bx_list_take_first(&rest));
	bx_queue_put_back(queue, &rest);
}

void
bx_queue_put_back(struct bx_queue *queue, struct bx_list *list)
{
	struct bx_list *next = queue->deliveries.next;
	struct bx_delivery *delivery;
	struct bx_list *link;

	while ((link = bx_list_take_first(list)) != NULL) {
		delivery = delivery_at(link);
		while (next != &queue->deliveries &&
		    delivery_at(next)->place < delivery->place)
			next = next->next;
		bx_list_insert_before(next, link);
		count_in(queue, delivery->message);
	}
}

void
bx_queue_drop(struct bx_queue *queue, const struct bx_env *env,
    struct bx_delivery *delivery)
{
	queue->bytes -= bx_message_length(delivery->message);
	if (--queue->count == 0)
		queue->due = BX_NEVER;
	bx_delivery_free(env, delivery);
}

void
bx_queue_clear(struct bx_queue *queue, const struct bx_env *env)
{
	bx_delivery_free_all(env, &queue->deliveries);
	queue->count = 0;
	queue->bytes = 0;
	queue->due = BX_NEVER;
}
