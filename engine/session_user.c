/*
 * session_user.c - which user a session is of; most are nobody's.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "session_browser.h"
#include "session_private.h"
#include "session_user.h"
#include "user.h"

/* Each byte of the name may take two. */
#define LINE_MAX (64 + 2 * BX_USER_MAX)

struct bx_session_user {
	bool is_login; /* the web server's word, not a plugin's */
	char name[];
};

static void
clear_user(struct bx_session *session)
{
	if (session->extra == NULL)
		return;
	bx_free(session->sessions->env, session->extra->user);
	session->extra->user = NULL;
}

static enum bx_status
replace_user(struct bx_session *session, const char *name, bool is_login)
{
	const struct bx_env *env = session->sessions->env;
	size_t size = strlen(name) + 1;
	struct bx_session_user *user;

	if (bx_session_need_extra(session) == NULL)
		return BX_ENOMEM;
	user = bx_alloc(env, offsetof(struct bx_session_user, name) + size);
	if (user == NULL)
		return BX_ENOMEM;
	user->is_login = is_login;
	/* It may be the name that is about to go. */
	memcpy(user->name, name, size);
	clear_user(session);
	session->extra->user = user;
	return BX_OK;
}

const char *
bx_session_user(const struct bx_session *session)
{
	if (session->extra == NULL || session->extra->user == NULL)
		return NULL;
	return session->extra->user->name;
}

enum bx_status
bx_session_set_user(struct bx_session *session, const char *user)
{
	if (user == NULL || *user == '\0') {
		clear_user(session);
		return BX_OK;
	}
	if (!bx_user_is_valid(user, strlen(user)))
		return BX_EINVAL;
	return replace_user(session, user, false);
}

enum bx_status
bx_session_set_login(struct bx_session *session,
    const struct bx_visitor *visitor)
{
	if (visitor->user[0] == '\0')
		return BX_OK;
	return replace_user(session, visitor->user, true);
}

bool
bx_session_is_of(const struct bx_session *session,
    const struct bx_visitor *visitor)
{
	if (session->extra == NULL || session->extra->user == NULL ||
	    !session->extra->user->is_login)
		return true;
	return strcmp(session->extra->user->name, visitor->user) == 0;
}

void
bx_session_log_handshake(const struct bx_session *session)
{
	const struct bx_env *env = session->sessions->env;
	const char *name = bx_session_user(session);
	char line[LINE_MAX];
	size_t len;

	if (name == NULL) {
		bx_session_log(session, BX_LOG_INFO, "handshake", NULL);
		return;
	}
	if (env->log == NULL)
		return;
	len = (size_t)snprintf(line, sizeof(line),
	    "event=handshake session=%.8s user=\"", session->id);
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			line[len++] = '\\';
		line[len++] = *name;
	}
	memcpy(line + len, "\"", sizeof("\""));
	env->log(env->ctx, BX_LOG_INFO, line);
}
