/*
 * due.c - looks at each entry of each heap.
 */
#include "test/support/due.h"

#include "engine/session_private.h"
#include "engine/sessions.h"
#include "test/support/unit.h"

bx_msec
due_earliest(const struct bx_sessions *sessions)
{
	const struct bx_deadlines *const sets[] = { &sessions->deadlines,
		&sessions->beats, &sessions->absences };
	bx_msec earliest = BX_NEVER;
	size_t i, j;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		for (j = 0; j < sets[i]->entries; j++)
			if (sets[i]->heap[j].deadline->at < earliest)
				earliest = sets[i]->heap[j].deadline->at;
	CU_ASSERT(bx_sessions_next_deadline(sessions) <= earliest);
	return earliest;
}
