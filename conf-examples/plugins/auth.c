/*
 * auth.c - who may come in, by a password file, and a channel for each alone.
 *
 *	cc -shared -fPIC -pthread $(pkg-config --cflags bayeux) \
 *	    -o auth.so auth.c -lcrypt
 *
 *	plugin "auth" {			# in bayeux-fcgi.conf
 *		path = "/usr/local/lib/bayeux-fcgi/plugins/auth.so"
 *		users = "/etc/bayeux-fcgi/users"	# htpasswd -B
 *		waiting = 100		# handshakes; more are sent away
 *	}
 *
 *	client.handshake({ ext: { username: 'ann', password: '...' } });
 *
 * The user's name becomes the session's.  /private/ID, and all below it, is
 * only for the session of that id; nobody else subscribes or publishes there,
 * or subscribes to a pattern that reaches it.
 *
 * A password takes long to look at, and is meant to.  While a thread does so
 * the handshake is parked, and nobody else waits.  A name that is not known
 * takes as long as the first one of the file, so that nobody learns which are
 * known: give all of them the same cost (htpasswd -C).
 */
#define _GNU_SOURCE 1 /* crypt_r, explicit_bzero */
#include <bayeux/host.h>
#include <bayeux/plugin.h>
#include <crypt.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define HASH_MAX 256
#define BUSY_INTERVAL 2000 /* ms until one that was sent away comes again */
#define UNKNOWN "403::Invalid username or password"

struct job {
	struct job *next;
	struct bx_ticket *ticket;
	char user[BX_USER_MAX + 1];
	char password[CRYPT_MAX_PASSPHRASE_SIZE];
	bool granted;
	const char *trouble;	    /* to be logged, or NULL */
	char line[BX_USER_MAX + 1]; /* whose hash it was, in the file */
};

struct queue {
	struct job *first;
	struct job **end;
};

struct auth {
	struct bx_host *host;
	struct bx_watch *watch;
	const char *path;
	unsigned long waiting, waiting_max;
	int wake; /* an eventfd: there is something in done */
	pthread_t thread;

	pthread_mutex_t lock; /* of these three */
	struct queue todo, done;
	bool ends;
	pthread_cond_t changed;

	struct crypt_data crypt; /* the thread's */
};

/* Queues. */

static void
clear(struct queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void
put(struct queue *queue, struct job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

static struct job *
take(struct queue *queue)
{
	struct job *job = queue->first;

	if (job != NULL) {
		queue->first = job->next;
		if (queue->first == NULL)
			queue->end = &queue->first;
	}
	return job;
}

static void
free_job(struct job *job)
{
	explicit_bzero(job, sizeof(*job));
	free(job);
}

/* The thread, which calls nothing of the host's. */

/* The hash of user's line in the file; false if it has none: then it is that of
 * the first line.  Whose it is, the job knows after.  The file is looked at to
 * its end, and each time, which is quick beside a hash, and finds what has
 * changed. */
static bool
find_hash(FILE *file, struct job *job, char hash[HASH_MAX])
{
	char *line = NULL, *text;
	size_t size = 0;
	bool found = false, first = true;

	while (getline(&line, &size, file) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		text = strchr(line, ':');
		if (text == NULL || text == line || line[0] == '#')
			continue;
		*text++ = '\0';
		text[strcspn(text, ":")] = '\0';
		if (found || strlen(text) >= HASH_MAX)
			continue;
		found = strcmp(line, job->user) == 0;
		if (found || first) {
			memcpy(hash, text, strlen(text) + 1);
			(void)snprintf(job->line, sizeof(job->line), "%s",
			    line);
		}
		first = false;
	}
	free(line);
	return found;
}

/* Takes as long wherever they differ. */
static bool
is_same(const char *a, const char *b)
{
	size_t len = strlen(a), i;
	unsigned char differs = 0;

	if (strlen(b) != len)
		return false;
	for (i = 0; i < len; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return differs == 0;
}

static void
check(struct auth *auth, struct job *job)
{
	char hash[HASH_MAX] = "$2y$10$......................";
	FILE *file = fopen(auth->path, "re");
	const char *made;
	bool found = false;

	if (file == NULL) {
		job->trouble = "event=cannot_read_users";
	} else {
		found = find_hash(file, job, hash);
		(void)fclose(file);
	}
	made = crypt_r(job->password, hash, &auth->crypt);
	if (made == NULL || made[0] == '*')
		job->trouble = "event=hash_of_unknown_kind";
	else
		job->granted = is_same(made, hash) && found;
	explicit_bzero(&auth->crypt, sizeof(auth->crypt));
	explicit_bzero(job->password, sizeof(job->password));
}

static void *
work(void *ctx)
{
	struct auth *auth = ctx;
	struct job *job;

	pthread_mutex_lock(&auth->lock);
	while (!auth->ends) {
		job = take(&auth->todo);
		if (job == NULL) {
			pthread_cond_wait(&auth->changed, &auth->lock);
			continue;
		}
		pthread_mutex_unlock(&auth->lock);
		check(auth, job);
		pthread_mutex_lock(&auth->lock);
		put(&auth->done, job);
		(void)eventfd_write(auth->wake, 1);
	}
	pthread_mutex_unlock(&auth->lock);
	return NULL;
}

/* The server's own thread. */

static enum bx_verdict
deny(struct bx_denial *denial, const char *error, enum bx_reconnect reconnect)
{
	(void)snprintf(denial->error, sizeof(denial->error), "%s", error);
	denial->advises = true;
	denial->reconnect = reconnect;
	denial->interval =
	    reconnect == BX_RECONNECT_HANDSHAKE ? BUSY_INTERVAL : 0;
	return BX_VERDICT_DENY;
}

static void
log_trouble(const struct auth *auth, const struct job *job)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "%s users=%.200s line=%s",
	    job->trouble, auth->path, job->line);
	auth->host->log(auth->host, BX_LOG_ERROR, line);
}

static void
settle(struct auth *auth, struct job *job)
{
	struct bx_denial denial;

	auth->waiting--;
	if (job->trouble != NULL)
		log_trouble(auth, job);
	/* Others may have something to say about who is in the file. */
	if (job->granted)
		auth->host->resolve(auth->host, job->ticket,
		    BX_VERDICT_ABSTAIN, NULL, job->user);
	else
		auth->host->resolve(auth->host, job->ticket,
		    deny(&denial, UNKNOWN, BX_RECONNECT_NONE), &denial, NULL);
	free_job(job);
}

static void
on_wake(unsigned events, void *ctx)
{
	struct auth *auth = ctx;
	struct job *job, *next;
	eventfd_t count;

	(void)events;
	(void)eventfd_read(auth->wake, &count);
	pthread_mutex_lock(&auth->lock);
	job = auth->done.first;
	clear(&auth->done);
	pthread_mutex_unlock(&auth->lock);
	for (; job != NULL; job = next) {
		next = job->next;
		settle(auth, job);
	}
}

/* A NUL within would end it for crypt_r. */
static bool
copy_text(struct auth *auth, struct bx_slice json, char *text, size_t size)
{
	size_t len = auth->host->json_text(json, text, size);

	return len != SIZE_MAX && strlen(text) == len;
}

static enum bx_verdict
ask_thread(struct auth *auth, struct bx_question *question,
    struct bx_slice user, struct bx_slice password)
{
	struct job *job;

	if (auth->waiting >= auth->waiting_max ||
	    (job = calloc(1, sizeof(*job))) == NULL)
		goto busy;
	if (!copy_text(auth, user, job->user, sizeof(job->user)) ||
	    !copy_text(auth, password, job->password, sizeof(job->password))) {
		free_job(job);
		return deny(&question->denial, UNKNOWN, BX_RECONNECT_NONE);
	}
	job->ticket = auth->host->park(auth->host, question);
	if (job->ticket == NULL) {
		free_job(job);
		goto busy;
	}
	auth->waiting++;
	pthread_mutex_lock(&auth->lock);
	put(&auth->todo, job);
	pthread_cond_signal(&auth->changed);
	pthread_mutex_unlock(&auth->lock);
	return BX_VERDICT_PENDING;
busy:
	return deny(&question->denial, "403::Too busy, try again",
	    BX_RECONNECT_HANDSHAKE);
}

static enum bx_verdict
may_handshake(struct auth *auth, struct bx_question *question)
{
	struct bx_slice ext = question->message->ext;
	struct bx_slice user = auth->host->json_member(ext, "username");
	struct bx_slice password = auth->host->json_member(ext, "password");

	if (user.len == 0 || user.at[0] != '"' || password.len == 0 ||
	    password.at[0] != '"')
		return deny(&question->denial,
		    "403::Must pass username and password in ext to handshake",
		    BX_RECONNECT_NONE);
	return ask_thread(auth, question, user, password);
}

/* Of all patterns these alone reach what is below /private: and in "*", "**"
 * and everybody else's id, what follows it is not one's own. */
static enum bx_verdict
may_use(const struct auth *auth, struct bx_question *question)
{
	static const char prefix[] = "/private/";
	size_t len = sizeof(prefix) - 1;
	struct bx_slice owner = question->channel;
	const char *end;

	if (!bx_slice_is(owner, "/**") &&
	    (owner.len < len || memcmp(owner.at, prefix, len) != 0))
		return BX_VERDICT_ABSTAIN;
	if (owner.len > len && question->session != NULL) {
		owner.at += len;
		owner.len -= len;
		end = memchr(owner.at, '/', owner.len);
		if (end != NULL)
			owner.len = (size_t)(end - owner.at);
		if (bx_slice_is(owner,
			auth->host->session_id(question->session)))
			return BX_VERDICT_ABSTAIN;
	}
	(void)snprintf(question->denial.error, sizeof(question->denial.error),
	    "403::A private channel is for its owner alone");
	return BX_VERDICT_DENY;
}

static enum bx_verdict
policy(void *ctx, struct bx_question *question)
{
	switch (question->operation) {
	case BX_OPERATION_HANDSHAKE:
		return may_handshake(ctx, question);
	case BX_OPERATION_CREATE:
	case BX_OPERATION_SUBSCRIBE:
	case BX_OPERATION_PUBLISH:
		return may_use(ctx, question);
	default:
		return BX_VERDICT_ABSTAIN;
	}
}

/* Beginning and end. */

static bool
fail(struct bx_host *host, const char *error)
{
	const char *users = host->option(host, "users");
	char line[512];

	(void)snprintf(line, sizeof(line),
	    "event=cannot_start users=%.200s error=\"%s\"",
	    users != NULL ? users : "", error);
	host->log(host, BX_LOG_ERROR, line);
	return false;
}

/* Signals are for the server's own thread. */
static bool
start_thread(struct auth *auth)
{
	sigset_t all, before;
	int error;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&auth->thread, NULL, work, auth);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0;
}

static bool
start(struct bx_host *host, void **ctx)
{
	static struct auth auth = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	const char *waiting = host->option(host, "waiting");

	auth.host = host;
	auth.path = host->option(host, "users");
	auth.waiting_max = waiting != NULL ? strtoul(waiting, NULL, 10) : 100;
	clear(&auth.todo);
	clear(&auth.done);
	if (auth.path == NULL)
		return fail(host, "users is to name a file of passwords");
	if (access(auth.path, R_OK) != 0)
		return fail(host, strerror(errno));
	auth.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (auth.wake < 0)
		return fail(host, "no eventfd");
	auth.watch =
	    host->watch(host, auth.wake, BX_WATCH_READ, on_wake, &auth);
	if (auth.watch != NULL && start_thread(&auth)) {
		*ctx = &auth;
		return true;
	}
	if (auth.watch != NULL)
		host->unwatch(host, auth.watch);
	(void)close(auth.wake);
	return fail(host, "no thread, or nothing that watches it");
}

/* Waits for the password that is being looked at, and for no other.  Tickets
 * end by themselves. */
static void
stop(void *ctx)
{
	struct auth *auth = ctx;
	struct job *job;

	pthread_mutex_lock(&auth->lock);
	auth->ends = true;
	pthread_cond_signal(&auth->changed);
	pthread_mutex_unlock(&auth->lock);
	(void)pthread_join(auth->thread, NULL);
	auth->host->unwatch(auth->host, auth->watch);
	(void)close(auth->wake);
	while ((job = take(&auth->todo)) != NULL)
		free_job(job);
	while ((job = take(&auth->done)) != NULL)
		free_job(job);
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "auth",
	.start = start,
	.stop = stop,
	.policy = policy,
};
