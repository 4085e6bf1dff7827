/* wire.c - requests to the server, on many connections; see wire.h. */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "conn.h"

/* Ids of requests on one connection are 16 bits, and 0 is none. */
#define REQUESTS_MAX 65535u
/* So few that what is due meanwhile is not kept waiting for long. */
#define EVENTS 64
#define SCRATCH 262144u
#define TIMER UINT64_MAX
#define URGENT (UINT64_MAX - 1)

struct load_wire {
	struct load_wire_plan plan;
	int poller;
	int urgent; /* polls the shared lane, and is polled itself */
	int timer;
	load_nsec armed;	/* when the timer goes off */
	struct bx_list idle;	/* connections of the shared lane */
	struct bx_list waiting; /* calls for it */
	uint32_t count;
	uint32_t turn; /* of multiplexed ones for the shared lane */
	struct load_conn *conns;
	char scratch[SCRATCH];
};

uint32_t
load_wire_count(const struct load_wire_plan *plan)
{
	return plan->multiplexed > 0 ? plan->multiplexed
				     : plan->lanes + plan->shared;
}

static void
init_conns(struct load_wire *wire)
{
	for (uint32_t i = 0; i < wire->count; i++) {
		struct load_conn *conn = &wire->conns[i];

		bool is_shared =
		    wire->plan.multiplexed == 0 && i >= wire->plan.lanes;

		load_conn_init(conn, wire->plan.target,
		    is_shared ? wire->urgent : wire->poller, i);
		if (wire->plan.multiplexed > 0)
			conn->room = REQUESTS_MAX;
		conn->is_shared = is_shared;
		if (is_shared)
			bx_list_append(&wire->idle, &conn->link);
	}
}

/* False and errno: there are no descriptors for it. */
static bool
open_pollers(struct load_wire *wire)
{
	struct epoll_event timer = { .events = EPOLLIN, .data.u64 = TIMER };
	struct epoll_event urgent = { .events = EPOLLIN, .data.u64 = URGENT };

	wire->poller = epoll_create1(EPOLL_CLOEXEC);
	wire->urgent = epoll_create1(EPOLL_CLOEXEC);
	wire->timer =
	    timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	return wire->poller >= 0 && wire->urgent >= 0 && wire->timer >= 0 &&
	    epoll_ctl(wire->poller, EPOLL_CTL_ADD, wire->timer, &timer) == 0 &&
	    epoll_ctl(wire->poller, EPOLL_CTL_ADD, wire->urgent, &urgent) == 0;
}

struct load_wire *
load_wire_open(const struct load_wire_plan *plan)
{
	struct load_wire *wire = load_alloc(1, sizeof(*wire));

	wire->plan = *plan;
	wire->armed = LOAD_NEVER;
	bx_list_init(&wire->idle);
	bx_list_init(&wire->waiting);
	if (!open_pollers(wire)) {
		load_wire_close(wire);
		return NULL;
	}
	wire->count = load_wire_count(plan);
	wire->conns = load_alloc(wire->count, sizeof(struct load_conn));
	init_conns(wire);
	return wire;
}

void
load_wire_close(struct load_wire *wire)
{
	int error = errno;

	for (uint32_t i = 0; i < wire->count; i++)
		load_conn_fini(&wire->conns[i]);
	free(wire->conns);
	if (wire->timer >= 0)
		(void)close(wire->timer);
	if (wire->urgent >= 0)
		(void)close(wire->urgent);
	if (wire->poller >= 0)
		(void)close(wire->poller);
	free(wire);
	errno = error;
}

/* The connection for a call of that lane; NULL: all shared ones are taken. */
static struct load_conn *
conn_for(struct load_wire *wire, uint32_t lane)
{
	struct bx_list *first;

	if (wire->plan.multiplexed > 0) {
		if (lane == LOAD_LANE_SHARED)
			lane = wire->turn++;
		return &wire->conns[lane % wire->plan.multiplexed];
	}
	if (lane != LOAD_LANE_SHARED)
		return &wire->conns[lane];
	first = bx_list_take_first(&wire->idle);
	return first == NULL ? NULL
			     : BX_LIST_ENTRY(first, struct load_conn, link);
}

/* Give what waits to a connection that has room again. */
static void
feed(struct load_wire *wire, struct load_conn *conn)
{
	struct bx_list *first;

	while (conn->busy < conn->room) {
		first = bx_list_take_first(&conn->waiting);
		if (first == NULL && conn->is_shared)
			first = bx_list_take_first(&wire->waiting);
		if (first == NULL)
			break;
		load_conn_send(conn,
		    BX_LIST_ENTRY(first, struct load_call, link));
	}
	if (conn->is_shared && conn->busy == 0) {
		bx_list_remove(&conn->link);
		bx_list_append(&wire->idle, &conn->link);
	}
}

void
load_wire_send(struct load_wire *wire, uint32_t lane, struct load_call *call)
{
	struct load_conn *conn = conn_for(wire, lane);

	bx_list_init(&call->link);
	if (conn == NULL)
		bx_list_append(&wire->waiting, &call->link);
	else if (conn->busy >= conn->room)
		bx_list_append(&conn->waiting, &call->link);
	else
		load_conn_send(conn, call);
	/* It may have failed at once. */
	if (conn != NULL && conn->is_shared)
		feed(wire, conn);
}

void
load_wire_drop(struct load_wire *wire, uint32_t lane)
{
	if (wire->plan.multiplexed == 0)
		load_conn_drop(&wire->conns[lane]);
}

void
load_wire_pause(struct load_wire *wire, uint32_t lane, bool is_paused)
{
	if (wire->plan.multiplexed == 0)
		load_conn_pause(&wire->conns[lane], is_paused);
}

static void
arm(struct load_wire *wire, load_nsec due)
{
	struct itimerspec when = { 0 };

	if (due == wire->armed)
		return;
	wire->armed = due;
	if (due != LOAD_NEVER) {
		when.it_value.tv_sec = due / LOAD_SECOND;
		when.it_value.tv_nsec = due % LOAD_SECOND;
	}
	(void)timerfd_settime(wire->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void
take_timer(struct load_wire *wire)
{
	uint64_t times;

	(void)!read(wire->timer, &times, sizeof(times));
	wire->armed = LOAD_NEVER;
}

/* Wait for events of that poller, so long at most; how many there were. */
static int
take_events(struct load_wire *wire, int poller, int timeout)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(poller, events, EVENTS, timeout);

	for (int i = 0; i < count; i++) {
		uint64_t key = events[i].data.u64;
		struct load_conn *conn;

		if (key == TIMER)
			take_timer(wire);
		if (key == TIMER || key == URGENT)
			continue;
		conn = &wire->conns[key & UINT32_MAX];
		/* It may have been closed since. */
		if (conn->fd < 0 || conn->generation != key >> 32)
			continue;
		load_conn_ready(conn, events[i].events, wire->scratch,
		    sizeof(wire->scratch));
		feed(wire, conn);
	}
	return count;
}

/*
 * epoll hands out what is ready in turn: the answer to a publish would lie
 * behind as many messages as there are clients, and how long it takes this
 * program to read those is nothing that a server can do anything about.
 */
void
load_wire_turn(struct load_wire *wire, load_nsec due)
{
	int urgent;

	arm(wire, due);
	urgent = take_events(wire, wire->urgent, 0);
	/* What came of it may be due by now. */
	(void)take_events(wire, wire->poller, urgent > 0 ? 0 : -1);
}
