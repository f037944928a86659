#include <math.h>
#include <string.h>

#include "check.h"
#include "sy_json.h"
#include "sy_write.h"

static void write_all(sy_write *w) {
    sy_write_object(w, NULL);
    sy_write_string(w, "text", "a\"b\\c\n\xc3\xa4\xff\xe2\x82" "z");
    sy_write_number(w, "number", -0.0004);
    sy_write_number(w, "third", 1.0 / 3);
    sy_write_number(w, "whole", 21.0);
    sy_write_number(w, "none", NAN);
    sy_write_integer(w, "least", INT64_MIN);
    sy_write_array(w, "list");
    sy_write_bool(w, NULL, true);
    sy_write_null(w, NULL);
    sy_write_object(w, NULL);
    sy_write_object_end(w);
    sy_write_array_end(w);
    sy_write_object_end(w);
}

void test_write(void) {
    static const char expected[] = "{\"text\":\"a\\\"b\\\\c\\u000a\xc3\xa4???z\",\"number\":0,\"third\":0.333,\"whole\":21,\"none\":null,\"least\":-9223372036854775808,\"list\":[true,null,{}]}";
    char buffer[256];
    sy_write w;
    sy_write_begin(&w, buffer, sizeof buffer);
    write_all(&w);
    CHECK(sy_write_end(&w));
    if (strcmp(buffer, expected) != 0) printf("%s\n", buffer);
    CHECK(strcmp(buffer, expected) == 0);
    /* In every smaller buffer it says that it did not fit, and leaves what is behind alone. */
    for (size_t capacity = 0; capacity <= strlen(expected); capacity++) {
        memset(buffer, '#', sizeof buffer);
        sy_write_begin(&w, buffer, capacity);
        write_all(&w);
        CHECK(!sy_write_end(&w));
        CHECK(buffer[capacity] == '#');
    }
}
