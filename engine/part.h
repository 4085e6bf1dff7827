/*
 * part.h - the sessions that one exchange deals with; nearly always just one.
 *
 * While a part's batch is open, what happens to its session wakes no held
 * connect: the exchange's own answer carries it (BAYEUX.md rule 69).
 *
 * Ownership: a part holds a reference to its session and owns the deliveries
 * that it took from it.
 * Reentrancy: no function calls out.
 * Limits: at most one part for each message of the exchange.
 */
#ifndef BX_PART_H
#define BX_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "env.h"
#include "list.h"
#include "session.h"

struct bx_part {
	struct bx_list link;
	struct bx_session *session;
	struct bx_list taken; /* deliveries in the answer, in order */
	uint32_t connect;     /* the connect or handshake it answers */
	uint64_t batch; /* that its reply closed, of a session that keeps */
	bool answers_connect;
	bool batching;
	bool parked;
	bool copied; /* what it has taken is the session's all the same */
	bool silent; /* nothing rides with a handshake (rule 30) */
};

struct bx_parts {
	const struct bx_env *env;
	struct bx_list list;
	struct bx_part first; /* spares the usual exchange an allocation */
};

void bx_parts_init(struct bx_parts *parts, const struct bx_env *env);

/* Drop all parts; their batches have ended and nothing is taken. */
void bx_parts_fini(struct bx_parts *parts);

/* The part for session, made with its batch open if there is none yet;
 * borrowed.  NULL when there is no memory. */
struct bx_part *bx_parts_join(struct bx_parts *parts,
    struct bx_session *session);

/* For walking: part NULL gives the first, NULL comes after the last. */
struct bx_part *bx_parts_next(struct bx_parts *parts, struct bx_part *part);

/* The exchange is parked, or goes on: then its sessions may expire again. */
void bx_parts_begin_park(struct bx_parts *parts);
void bx_parts_end_park(struct bx_parts *parts);

/* Open every batch that is not, or end every one that is. */
void bx_parts_begin_batches(struct bx_parts *parts);
void bx_parts_end_batches(struct bx_parts *parts);

/*
 * Take everything that waits for the sessions, for one answer, but for those
 * that have a stream; connects_only: for those alone whose connect it answers.
 * BX_ENOMEM: nothing is taken.
 */
enum bx_status bx_parts_take_queues(struct bx_parts *parts,
    bool connects_only);

/* The answer has gone out, or was lost: then what was taken waits again.
 * Expiry starts for those whose connect was answered (rule 84). */
void bx_parts_settle(struct bx_parts *parts, bool handed_over, bx_msec now);

#endif
