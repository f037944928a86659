#include <stddef.h>
#include <string.h>

#include "check.h"
#include "sy_dispense.h"

typedef struct {
    int64_t until_ms; /* these sensors stand until then */
    sy_turn_sensors sensors;
} moment;

/* Runs a turn through what its sensors say, in steps of ten milliseconds. */
static const char *run(const moment *moments, size_t count) {
    sy_turn turn;
    const char *code = "none";
    sy_turn_begin(&turn, 0);
    CHECK(sy_turn_powered(&turn));
    for (int64_t now = 0; now < 20000; now += 10) {
        size_t at = 0;
        while (at + 1 < count && now >= moments[at].until_ms) at++;
        if (!sy_turn_step(&turn, moments[at].sensors, now, &code)) continue;
        CHECK(!sy_turn_powered(&turn));
        CHECK(!sy_turn_step(&turn, moments[at].sensors, now, &code));
        return code ? code : "done";
    }
    return "endless";
}

#define RUN(...) run((const moment[]){__VA_ARGS__}, sizeof((const moment[]){__VA_ARGS__}) / sizeof(moment))
#define HOME {.at_home = true}
#define AWAY {.at_home = false}

void test_turns(void) {
    CHECK(strcmp(RUN({200, HOME}, {2500, AWAY}, {2700, HOME}, {2710, {.at_home = true, .drop = true}}, {0, HOME}), "done") == 0);
    CHECK(strcmp(RUN({200, HOME}, {1000, AWAY}, {1010, {.drop = true}}, {2500, AWAY}, {0, HOME}), "done") == 0);
    CHECK(strcmp(RUN({200, HOME}, {2500, AWAY}, {0, HOME}), "NO_DROP") == 0);
    CHECK(strcmp(RUN({0, HOME}), "MOTOR") == 0);
    CHECK(strcmp(RUN({200, HOME}, {0, AWAY}), "JAM") == 0);
    CHECK(strcmp(RUN({200, HOME}, {900, AWAY}, {0, {.over_current = true}}), "JAM") == 0);
    CHECK(strcmp(RUN({100, HOME}, {0, {.at_home = true, .over_current = true}}), "JAM") == 0);
    /* It fell, and then the motor stuck: it fell. */
    CHECK(strcmp(RUN({200, HOME}, {900, AWAY}, {910, {.drop = true}}, {0, {.over_current = true}}), "done") == 0);
    sy_turn idle = {.state = SY_TURN_IDLE};
    const char *code;
    CHECK(!sy_turn_step(&idle, (sy_turn_sensors){.drop = true}, 5, &code) && !sy_turn_powered(&idle));
}
