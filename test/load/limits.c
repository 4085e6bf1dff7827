/* limits.c - what the system gives a run; see limits.h. */
#include "limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "target.h"

/* Descriptors that are no connections: standard ones, epoll, the timer, the
 * picture, a file of /proc. */
#define OTHERS 16u

/* How many ports the system gives to clients of one server. */
static unsigned long
count_ports(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned long first = 32768, last = 60999;
	char text[64], *end;

	if (file == NULL)
		return last - first + 1;
	if (fgets(text, sizeof(text), file) != NULL) {
		first = strtoul(text, &end, 10);
		last = strtoul(end, NULL, 10);
	}
	(void)fclose(file);
	return last >= first ? last - first + 1 : 0;
}

bool
load_limits_raise(uint32_t connections, const struct load_target *target)
{
	struct rlimit limit;
	rlim_t needed = (rlim_t)connections + OTHERS;

	if (target->address.ss_family != AF_UNIX &&
	    connections > count_ports()) {
		(void)fprintf(stderr,
		    "bayeux-load: %u connections to one server, and only %lu "
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
