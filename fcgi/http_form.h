/*
 * http_form.h - the fields of a form, decoded where they stand.
 *
 * This is application/x-www-form-urlencoded: "name=value" joined by "&", in
 * which "+" is a blank and %XX a byte.  A "%" without two hex digits, which
 * browsers take for itself, is refused: it was not meant.  Bytes are not
 * looked at any further; whoever wants UTF-8 has to check it.
 *
 * Ownership: the form's bytes are borrowed and changed; fields are borrowed
 * from them, and stay as they are when later fields are read.
 * Reentrancy: no function calls out.
 * Limits: none; a field takes time in proportion to its bytes, and no memory.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/json.h"
#include "engine/status.h"

struct http_form {
	char *bytes; /* what has not been read yet; NULL when len is 0 */
	size_t len;
};

/* Either may be empty; a field without "=" has an empty value. */
struct http_form_field {
	struct bx_slice name;
	struct bx_slice value;
};

/*
 * Read the next field; *more is false when there is none.  Names may repeat.
 * BX_EINVAL: it has a bad escape; form and field are as they were.
 */
enum bx_status http_form_next(struct http_form *form,
    struct http_form_field *field, bool *more);

#endif
