/* test_queue.c - what waits for one session. */
#include <string.h>

#include "engine/queue.h"
#include "test/support/unit.h"

#define NO_LIMIT SIZE_MAX

/* A delivery of a new message of these bytes. */
static struct bx_delivery *
deliver(const char *text)
{
	struct bx_delivery *delivery;
	struct bx_message *message;

	message = bx_message_new(unit_env(), text, strlen(text));
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	delivery = bx_delivery_new(unit_env(), message);
	CU_ASSERT_PTR_NOT_NULL_FATAL(delivery);
	bx_message_unref(message);
	return delivery;
}

/* Push a message, or free it; was there room? */
static bool
push(struct bx_queue *queue, const char *text, size_t max_count,
    size_t max_bytes)
{
	struct bx_delivery *delivery = deliver(text);
	enum bx_status status;

	status = bx_queue_push(queue, delivery, max_count, max_bytes);
	if (status == BX_OK)
		return true;
	CU_ASSERT_EQUAL(status, BX_EFULL);
	bx_delivery_free(unit_env(), delivery);
	return false;
}

/* The messages of the list, one behind the other. */
static const char *
texts(const struct bx_list *list)
{
	static char text[64];
	const struct bx_message *message;
	const struct bx_list *link;
	size_t len = 0;

	for (link = list->next; link != list; link = link->next) {
		message =
		    BX_LIST_ENTRY(link, struct bx_delivery, link)->message;
		CU_ASSERT_FATAL(
		    bx_message_length(message) < sizeof(text) - len);
		memcpy(text + len, bx_message_bytes(message),
		    bx_message_length(message));
		len += bx_message_length(message);
	}
	text[len] = '\0';
	return text;
}

static void
expect(const struct bx_queue *queue, size_t count, const char *text)
{
	CU_ASSERT_EQUAL(queue->count, count);
	CU_ASSERT_EQUAL(queue->bytes, strlen(text));
	CU_ASSERT_STRING_EQUAL(texts(&queue->deliveries), text);
}

static void
test_order(void)
{
	struct bx_queue queue;

	bx_queue_init(&queue);
	expect(&queue, 0, "");
	CU_ASSERT(push(&queue, "a", NO_LIMIT, NO_LIMIT));
	CU_ASSERT(push(&queue, "bb", NO_LIMIT, NO_LIMIT));
	CU_ASSERT(push(&queue, "c", NO_LIMIT, NO_LIMIT));
	expect(&queue, 3, "abbc");
	bx_queue_clear(&queue, unit_env());
	expect(&queue, 0, "");
	bx_queue_clear(&queue, unit_env());
}

static void
test_count_limit(void)
{
	struct bx_queue queue;

	bx_queue_init(&queue);
	CU_ASSERT(push(&queue, "a", 2, NO_LIMIT));
	CU_ASSERT(push(&queue, "b", 2, NO_LIMIT));
	CU_ASSERT_FALSE(push(&queue, "c", 2, NO_LIMIT));
	expect(&queue, 2, "ab");
	bx_queue_clear(&queue, unit_env());
	CU_ASSERT(push(&queue, "c", 2, NO_LIMIT));
	bx_queue_clear(&queue, unit_env());
}

static void
test_byte_limit(void)
{
	struct bx_queue queue;

	bx_queue_init(&queue);
	CU_ASSERT(push(&queue, "aa", NO_LIMIT, 5));
	CU_ASSERT_FALSE(push(&queue, "bbbb", NO_LIMIT, 5));
	CU_ASSERT(push(&queue, "ccc", NO_LIMIT, 5));
	CU_ASSERT_FALSE(push(&queue, "d", NO_LIMIT, 5));
	CU_ASSERT_FALSE(push(&queue, "d", NO_LIMIT, 4));
	expect(&queue, 2, "aaccc");
	bx_queue_clear(&queue, unit_env());
}

static void
test_empty_takes_any(void)
{
	struct bx_queue queue;

	bx_queue_init(&queue);
	CU_ASSERT(push(&queue, "larger than the limit", 1, 5));
	CU_ASSERT_FALSE(push(&queue, "", 1, 5));
	CU_ASSERT_FALSE(push(&queue, "", 2, 5));
	bx_queue_clear(&queue, unit_env());
	CU_ASSERT(push(&queue, "a", 0, 0));
	bx_queue_clear(&queue, unit_env());
}

static void
test_take_and_put_back(void)
{
	struct bx_queue queue;
	struct bx_list list;

	bx_queue_init(&queue);
	bx_list_init(&list);
	CU_ASSERT(push(&queue, "a", 3, NO_LIMIT));
	CU_ASSERT(push(&queue, "bb", 3, NO_LIMIT));
	bx_queue_take_all(&queue, &list);
	expect(&queue, 0, "");
	CU_ASSERT(push(&queue, "c", 3, NO_LIMIT));
	bx_queue_take_all(&queue, &list);
	CU_ASSERT_STRING_EQUAL(texts(&list), "abbc");
	CU_ASSERT(push(&queue, "d", 3, NO_LIMIT));
	/* What goes back fits whatever the limit. */
	bx_queue_put_back(&queue, &list);
	CU_ASSERT(bx_list_is_empty(&list));
	expect(&queue, 4, "abbcd");
	CU_ASSERT_FALSE(push(&queue, "e", 3, NO_LIMIT));
	bx_queue_put_back(&queue, &list);
	expect(&queue, 4, "abbcd");
	bx_queue_clear(&queue, unit_env());
}

static void
test_put_back_in_any_order(void)
{
	struct bx_list first, second;
	struct bx_queue queue;

	bx_queue_init(&queue);
	bx_list_init(&first);
	bx_list_init(&second);
	CU_ASSERT(push(&queue, "a", NO_LIMIT, NO_LIMIT));
	CU_ASSERT(push(&queue, "b", NO_LIMIT, NO_LIMIT));
	bx_queue_take_all(&queue, &first);
	CU_ASSERT(push(&queue, "c", NO_LIMIT, NO_LIMIT));
	bx_queue_take_all(&queue, &second);
	CU_ASSERT(push(&queue, "d", NO_LIMIT, NO_LIMIT));
	bx_queue_put_back(&queue, &first);
	bx_queue_put_back(&queue, &second);
	expect(&queue, 4, "abcd");
	bx_queue_clear(&queue, unit_env());
}

/* Push a lazy message. */
static void
push_lazy(struct bx_queue *queue, const char *text, bx_msec flush_by)
{
	struct bx_delivery *delivery = deliver(text);

	bx_message_set_lazy(delivery->message, flush_by);
	CU_ASSERT_EQUAL(bx_queue_push(queue, delivery, NO_LIMIT, NO_LIMIT),
	    BX_OK);
}

static void
test_due(void)
{
	struct bx_queue queue;

	bx_queue_init(&queue);
	CU_ASSERT_EQUAL(queue.due, BX_NEVER);
	push_lazy(&queue, "a", 9);
	CU_ASSERT_EQUAL(queue.due, 9);
	push_lazy(&queue, "b", 5);
	CU_ASSERT_EQUAL(queue.due, 5);
	push_lazy(&queue, "c", 7);
	CU_ASSERT_EQUAL(queue.due, 5);
	CU_ASSERT(push(&queue, "d", NO_LIMIT, NO_LIMIT));
	CU_ASSERT_EQUAL(queue.due, 0);
	expect(&queue, 4, "abcd");
	bx_queue_clear(&queue, unit_env());
	CU_ASSERT_EQUAL(queue.due, BX_NEVER);
}

static void
test_due_put_back(void)
{
	struct bx_list first, second;
	struct bx_queue queue;

	bx_queue_init(&queue);
	bx_list_init(&first);
	bx_list_init(&second);
	push_lazy(&queue, "a", 5);
	bx_queue_take_all(&queue, &first);
	CU_ASSERT_EQUAL(queue.due, BX_NEVER);
	CU_ASSERT(push(&queue, "b", NO_LIMIT, NO_LIMIT));
	bx_queue_take_all(&queue, &second);
	push_lazy(&queue, "c", 9);
	CU_ASSERT_EQUAL(queue.due, 9);
	bx_queue_put_back(&queue, &first);
	CU_ASSERT_EQUAL(queue.due, 5);
	bx_queue_put_back(&queue, &second);
	CU_ASSERT_EQUAL(queue.due, 0);
	expect(&queue, 3, "abc");
	bx_queue_clear(&queue, unit_env());
}

static void
test_no_memory_to_move(void)
{
	struct bx_queue queue;
	struct bx_list list;

	bx_queue_init(&queue);
	bx_list_init(&list);
	CU_ASSERT(push(&queue, "a", NO_LIMIT, NO_LIMIT));
	unit_fail_allocation(1);
	bx_queue_take_all(&queue, &list);
	bx_queue_put_back(&queue, &list);
	bx_queue_take_all(&queue, &list);
	CU_ASSERT_FALSE(unit_has_failed());
	bx_delivery_free_all(unit_env(), &list);
	CU_ASSERT(bx_list_is_empty(&list));
	bx_delivery_free(unit_env(), NULL);
}

static void
test_free_unlinks(void)
{
	struct bx_delivery *delivery = deliver("b");
	struct bx_list list;

	bx_list_init(&list);
	bx_list_append(&list, &deliver("a")->link);
	bx_list_append(&list, &delivery->link);
	bx_list_append(&list, &deliver("c")->link);
	bx_delivery_free(unit_env(), delivery);
	CU_ASSERT_STRING_EQUAL(texts(&list), "ac");
	bx_delivery_free_all(unit_env(), &list);
}

static void
test_own_reference(void)
{
	struct bx_delivery *first, *second;
	struct bx_message *message;

	message = bx_message_new(unit_env(), "{}", 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	first = bx_delivery_new(unit_env(), message);
	second = bx_delivery_new(unit_env(), message);
	CU_ASSERT_PTR_NOT_NULL_FATAL(first);
	CU_ASSERT_PTR_NOT_NULL_FATAL(second);
	CU_ASSERT_PTR_EQUAL(first->message, second->message);
	bx_message_unref(message);
	bx_delivery_free(unit_env(), first);
	CU_ASSERT_EQUAL(bx_message_length(second->message), 2);
	bx_delivery_free(unit_env(), second);
}

static bool
new_delivery(void *ctx)
{
	struct bx_delivery *delivery;

	delivery = bx_delivery_new(unit_env(), ctx);
	CU_ASSERT_EQUAL(delivery != NULL, !unit_has_failed());
	bx_delivery_free(unit_env(), delivery);
	return delivery != NULL;
}

static void
test_fails(void)
{
	struct bx_message *message;

	message = bx_message_new(unit_env(), "{}", 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_EQUAL(unit_fail_each(new_delivery, message), 1);
	/* The caller's reference is still the only one: this frees it. */
	bx_message_unref(message);
	CU_ASSERT_EQUAL(unit_live(), 0);
}

static const struct unit_test tests[] = {
	{ "deliveries wait in order (rule 70)", test_order },
	{ "the number that waits is limited", test_count_limit },
	{ "the bytes that wait are limited", test_byte_limit },
	{ "an empty queue takes any one message", test_empty_takes_any },
	{ "what is put back comes before what waits", test_take_and_put_back },
	{ "what is put back later finds its place (rule 70)",
	    test_put_back_in_any_order },
	{ "a queue is due when the first that waits is", test_due },
	{ "what is put back makes it due again", test_due_put_back },
	{ "moving deliveries needs no memory", test_no_memory_to_move },
	{ "a freed delivery leaves its list", test_free_unlinks },
	{ "each delivery has a reference of its own", test_own_reference },
	{ "without memory there is no delivery", test_fails },
};

UNIT_MAIN("queue", tests)
