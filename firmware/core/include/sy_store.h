#ifndef SY_STORE_H
#define SY_STORE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What survives a power cut: NVS on the device, memory in the tests. A write of one key is whole or not there at all, and is on the flash when it returns.
 * Keys have at most 15 characters.
 */
typedef struct {
    void *context;
    /* `length`: of the buffer, then of what was read. False: there is nothing under this key, or it is longer than the buffer. */
    bool (*read)(void *context, const char *key, void *buffer, size_t *length);
    bool (*write)(void *context, const char *key, const void *data, size_t length);
} sy_store;

#endif
