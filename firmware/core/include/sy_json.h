#ifndef SY_JSON_H
#define SY_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JSON (RFC 8259) without an allocator: a message is cut into tokens that point into its text. Everything has a bound: bytes, tokens, depth.
 * What is not JSON, or not UTF-8, is refused as a whole.
 */

#define SY_JSON_MAX_BYTES 8192
#define SY_JSON_MAX_DEPTH 12

typedef enum { SY_JSON_OBJECT, SY_JSON_ARRAY, SY_JSON_STRING, SY_JSON_NUMBER, SY_JSON_TRUE, SY_JSON_FALSE, SY_JSON_NULL } sy_json_type;

typedef struct {
    uint8_t type;
    uint16_t start; /* of its text; of a string behind the quote */
    uint16_t end;   /* behind its text; of a string at the closing quote */
    uint16_t next;  /* the token behind it and all it holds */
    uint16_t count; /* members of an object, elements of an array */
} sy_json_token;

typedef struct {
    const char *text;
    sy_json_token *tokens;
    size_t count;
} sy_json;

/* Cuts `length` bytes into tokens; the first is the whole. False: not JSON, too deep, too long, or more than `capacity` tokens. */
bool sy_json_parse(sy_json *json, const char *text, size_t length, sy_json_token *tokens, size_t capacity);

/* The value of a member, the last of that name; -1: there is none, or `object` is no object. */
int sy_json_member(const sy_json *json, int object, const char *name);

/* The first element of an array or the first key of an object; the next one stands at tokens[i].next. */
static inline int sy_json_first(int container) { return container + 1; }

bool sy_json_is(const sy_json *json, int token, sy_json_type type);

/* The text of a string with its escapes resolved and a NUL behind it. False: no string, longer than `capacity` - 1 bytes, with U+0000 or half a surrogate pair. */
bool sy_json_string(const sy_json *json, int token, char *out, size_t capacity);

/* A whole number, written as one, from `least` to `most`. */
bool sy_json_integer(const sy_json *json, int token, int64_t least, int64_t most, int64_t *out);

bool sy_json_bool(const sy_json *json, int token, bool *out);

/* Whether a string token is exactly `text`, escapes resolved. */
bool sy_json_equals(const sy_json *json, int token, const char *text);

#endif
