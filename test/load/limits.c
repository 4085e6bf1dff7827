/* limits.c - what the system gives a run; see limits.h. */
#include "limits.h"

#include <stdio.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "target.h"

/* Descriptors that are no connections: standard ones, epoll, the timer. */
#define OTHERS 16u

/* How many ports the system gives to clients of one server. */
static uint32_t
count_ports(void)
{
	uint32_t first = 32768, last = 60999;
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");

	if (file != NULL) {
		if (fscanf(file, "%u %u", &first, &last) != 2 || last < first)
			last = first;
		(void)fclose(file);
	}
	return last - first + 1;
}

bool
load_limits_raise(uint32_t connections, const struct load_target *target)
{
	struct rlimit limit;
	rlim_t needed = (rlim_t)connections + OTHERS;

	if (target->address.ss_family != AF_UNIX &&
	    connections > count_ports()) {
		(void)fprintf(stderr,
		    "bayeux-load: %u connections to one server, and only %u "
		    "ports in net.ipv4.ip_local_port_range\n",
		    connections, count_ports());
		return false;
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return true;
	if (limit.rlim_cur >= needed)
		return true;
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_max >= needed && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return true;
	(void)fprintf(stderr,
	    "bayeux-load: %u connections need %ju open files, and the limit "
	    "is %ju (ulimit -H -n)\n",
	    connections, (uintmax_t)needed, (uintmax_t)limit.rlim_max);
	return false;
}

uint32_t
load_limits_id(void)
{
	uint32_t id;

	if (getrandom(&id, sizeof(id), 0) == (ssize_t)sizeof(id))
		return id;
	return (uint32_t)load_now() ^ (uint32_t)getpid();
}
