/*
 * output.c - the responses that one connection still has to write.
 */
#include <sys/socket.h>

#include <errno.h>

#include "output.h"
#include "response.h"

/* Calls of sendmsg in one turn; each takes up to FCGI_RESPONSE_VECTORS. */
#define WRITES_PER_TURN 16

void
fcgi_output_init(struct fcgi_output *output)
{
	bx_list_init(&output->queue);
	output->bytes = 0;
	output->count = 0;
}

void
fcgi_output_fini(struct fcgi_output *output)
{
	struct bx_list *link;
	struct fcgi_response *response;

	while ((link = bx_list_take_first(&output->queue)) != NULL) {
		response = fcgi_response_of_link(link);
		if (fcgi_response_owner(response) == NULL)
			fcgi_response_free(response);
	}
	output->bytes = 0;
	output->count = 0;
}

void
fcgi_output_append(struct fcgi_output *output, struct fcgi_response *response)
{
	bx_list_append(&output->queue, fcgi_response_link(response));
	output->bytes += fcgi_response_left(response);
	output->count++;
}

void
fcgi_output_remove(struct fcgi_output *output, struct fcgi_response *response)
{
	output->bytes -= fcgi_response_left(response);
	output->count--;
	bx_list_remove(fcgi_response_link(response));
}

static void
gather(const struct fcgi_output *output, struct fcgi_gather *vectors)
{
	struct bx_list *link = output->queue.next;

	vectors->count = 0;
	vectors->copied_len = 0;
	while (link != &output->queue &&
	    fcgi_response_gather(fcgi_response_of_link(link), vectors))
		link = link->next;
}

/* Those written as a whole are passed over: they have nothing left. */
static void
advance(struct fcgi_output *output, size_t written)
{
	struct bx_list *link = output->queue.next;

	output->bytes -= written;
	for (; written > 0 && link != &output->queue; link = link->next)
		fcgi_response_advance(fcgi_response_of_link(link), &written);
}

enum fcgi_output_status
fcgi_output_write(struct fcgi_output *output, int fd)
{
	struct fcgi_gather vectors;
	struct msghdr message = { .msg_iov = vectors.vectors };
	ssize_t written;
	int turns;

	for (turns = 0; output->bytes > 0; turns++) {
		if (turns == WRITES_PER_TURN)
			return FCGI_OUTPUT_LATER;
		gather(output, &vectors);
		message.msg_iovlen = (size_t)vectors.count;
		written = vectors.count == 1
		    ? send(fd, vectors.vectors[0].iov_base,
			  vectors.vectors[0].iov_len, MSG_NOSIGNAL)
		    : sendmsg(fd, &message, MSG_NOSIGNAL);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0 && (errno == EAGAIN || errno == ENOBUFS))
			return FCGI_OUTPUT_LATER;
		if (written < 0)
			return FCGI_OUTPUT_BROKEN;
		advance(output, (size_t)written);
	}
	return FCGI_OUTPUT_EMPTY;
}

struct fcgi_response *
fcgi_output_take_written(struct fcgi_output *output)
{
	struct fcgi_response *response;

	if (bx_list_is_empty(&output->queue))
		return NULL;
	response = fcgi_response_of_link(output->queue.next);
	if (fcgi_response_left(response) > 0)
		return NULL;
	bx_list_remove(fcgi_response_link(response));
	output->count--;
	return response;
}
