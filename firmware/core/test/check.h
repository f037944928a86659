#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>

extern int checks;
extern int failures;

#define CHECK(condition)                                                  \
    do {                                                                  \
        checks++;                                                         \
        if (!(condition)) {                                               \
            failures++;                                                   \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);        \
        }                                                                 \
    } while (0)

/* xorshift: the same numbers in every run. */
static inline uint32_t random_next(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

void test_json(void);
void test_write(void);
void test_messages(void);
void test_commands(void);
void test_turns(void);
void test_updates(void);

#endif
