/*
 * test_resume.c - what went out and may be asked for again.
 */
#include <string.h>

#include "engine/message.h"
#include "engine/queue.h"
#include "engine/resume.h"
#include "test/support/unit.h"

#define PLENTY 1000

static struct bx_queue queue;
static struct bx_resume resume;

static void
start(void)
{
	bx_queue_init(&queue);
	bx_resume_init(&resume, unit_env());
}

static void
stop(void)
{
	bx_resume_clear(&resume);
	CU_ASSERT_EQUAL(resume.count, 0);
	CU_ASSERT_EQUAL(resume.bytes, 0);
	bx_queue_clear(&queue, unit_env());
}

/* Queue a message for each letter of text. */
static void
push(const char *text)
{
	struct bx_message *message;
	struct bx_delivery *delivery;

	for (; *text != '\0'; text++) {
		message = bx_message_new(unit_env(), text, 1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(message);
		delivery = bx_delivery_new(unit_env(), message);
		CU_ASSERT_PTR_NOT_NULL_FATAL(delivery);
		CU_ASSERT_EQUAL(bx_queue_push(&queue, delivery, PLENTY,
				    PLENTY),
		    BX_OK);
		bx_message_unref(message);
	}
}

/* Hand over all that waits; returns its number. */
static uint64_t
hand_over(size_t max_count, size_t max_bytes)
{
	struct bx_list taken;
	uint64_t batch;

	bx_list_init(&taken);
	bx_queue_take_all(&queue, &taken);
	batch = bx_resume_stamp(&resume, &taken);
	bx_resume_keep(&resume, &taken, max_count, max_bytes);
	CU_ASSERT_TRUE(bx_list_is_empty(&taken));
	return batch;
}

static uint64_t
send(const char *text)
{
	push(text);
	return hand_over(PLENTY, PLENTY);
}

/* What waits in the queue is text. */
static void
expect(const char *text)
{
	struct bx_list *link = queue.deliveries.next;

	CU_ASSERT_EQUAL(queue.count, strlen(text));
	for (; *text != '\0'; text++, link = link->next) {
		CU_ASSERT_PTR_NOT_EQUAL_FATAL(link, &queue.deliveries);
		CU_ASSERT_EQUAL(bx_message_bytes(BX_LIST_ENTRY(link,
				    struct bx_delivery, link)
						     ->message)[0],
		    *text);
	}
}

static void
batches_are_numbered_and_nothing_has_no_number(void)
{
	start();
	CU_ASSERT_EQUAL(send(""), 0);
	CU_ASSERT_EQUAL(send("ab"), 1);
	CU_ASSERT_EQUAL(send(""), 1);
	CU_ASSERT_EQUAL(send("c"), 2);
	stop();
}

static void
what_is_behind_a_number_comes_again_in_order(void)
{
	start();
	(void)send("ab");
	(void)send("cd");
	(void)send("e");
	push("fg");
	CU_ASSERT_TRUE(bx_resume_is_possible(&resume, 1));
	bx_resume_from(&resume, 1, &queue);
	expect("cdefg");
	/* And it is the newest batch from now on. */
	CU_ASSERT_EQUAL(hand_over(PLENTY, PLENTY), 4);
	bx_resume_from(&resume, 3, &queue);
	expect("cdefg");
	stop();
}

static void
what_was_acknowledged_does_not_come_again(void)
{
	start();
	(void)send("ab");
	bx_resume_from(&resume, 1, &queue);
	expect("");
	CU_ASSERT_TRUE(bx_resume_is_possible(&resume, 1));
	CU_ASSERT_FALSE(bx_resume_is_possible(&resume, 0));
	stop();
}

static void
batches_whose_places_are_mixed_come_in_the_order_of_places(void)
{
	struct bx_list taken;

	start();
	push("a");
	bx_list_init(&taken);
	bx_queue_take_all(&queue, &taken);
	(void)send("b");
	/* What another reply could not hand over goes out late. */
	bx_queue_put_back(&queue, &taken);
	CU_ASSERT_EQUAL(hand_over(PLENTY, PLENTY), 2);
	bx_resume_from(&resume, 0, &queue);
	expect("ab");
	stop();
}

static void
two_beats_behind_it_a_batch_is_forgotten(void)
{
	start();
	(void)send("a");
	bx_resume_beat(&resume);
	(void)send("b");
	CU_ASSERT_EQUAL(resume.count, 2);
	bx_resume_beat(&resume);
	CU_ASSERT_EQUAL(resume.count, 1);
	CU_ASSERT_TRUE(bx_resume_is_possible(&resume, 1));
	CU_ASSERT_FALSE(bx_resume_is_possible(&resume, 0));
	bx_resume_beat(&resume);
	CU_ASSERT_EQUAL(resume.count, 0);
	CU_ASSERT_FALSE(bx_resume_is_possible(&resume, 1));
	CU_ASSERT_TRUE(bx_resume_is_possible(&resume, 2));
	stop();
}

static void
over_its_limits_the_oldest_go_and_the_newest_stays(void)
{
	start();
	push("abc");
	(void)hand_over(2, PLENTY);
	CU_ASSERT_EQUAL(resume.count, 2);
	/* Of batch 1 something is missing. */
	CU_ASSERT_FALSE(bx_resume_is_possible(&resume, 0));
	CU_ASSERT_TRUE(bx_resume_is_possible(&resume, 1));
	push("de");
	(void)hand_over(PLENTY, 3);
	CU_ASSERT_EQUAL(resume.bytes, 3);
	push("f");
	(void)hand_over(0, 0);
	CU_ASSERT_EQUAL(resume.count, 1);
	bx_resume_from(&resume, 2, &queue);
	expect("f");
	stop();
}

static const struct unit_test tests[] = {
	{ "batches are numbered, and nothing has no number",
	    batches_are_numbered_and_nothing_has_no_number },
	{ "what is behind a number comes again, in order",
	    what_is_behind_a_number_comes_again_in_order },
	{ "what was acknowledged does not come again",
	    what_was_acknowledged_does_not_come_again },
	{ "batches whose places are mixed come in the order of places",
	    batches_whose_places_are_mixed_come_in_the_order_of_places },
	{ "two beats behind it a batch is forgotten",
	    two_beats_behind_it_a_batch_is_forgotten },
	{ "over its limits the oldest go, and the newest stays",
	    over_its_limits_the_oldest_go_and_the_newest_stays },
};

UNIT_MAIN("resume", tests)
