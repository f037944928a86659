#ifndef SY_WRITE_H
#define SY_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes JSON into a buffer of fixed size. What does not fit is noticed at the end: nothing is written beyond the buffer. */
typedef struct {
    char *buffer;
    size_t capacity;
    size_t length;
    bool comma;
    bool overflow;
} sy_write;

void sy_write_begin(sy_write *w, char *buffer, size_t capacity);

/* Ends the text with a NUL. False: it did not fit. */
bool sy_write_end(sy_write *w);

/* A `key` of NULL: an element of an array, or the whole. */
void sy_write_object(sy_write *w, const char *key);
void sy_write_object_end(sy_write *w);
void sy_write_array(sy_write *w, const char *key);
void sy_write_array_end(sy_write *w);

/* Bytes that are not UTF-8 become "?". */
void sy_write_string(sy_write *w, const char *key, const char *value);
void sy_write_integer(sy_write *w, const char *key, int64_t value);

/* With at most three decimals; what is no finite number becomes null. */
void sy_write_number(sy_write *w, const char *key, double value);
void sy_write_bool(sy_write *w, const char *key, bool value);
void sy_write_null(sy_write *w, const char *key);

#endif
