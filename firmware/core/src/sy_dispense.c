#include "sy_dispense.h"

#include <stddef.h>

void sy_turn_begin(sy_turn *turn, int64_t now_ms) { *turn = (sy_turn){.state = SY_TURN_LEAVING, .since_ms = now_ms}; }

bool sy_turn_powered(const sy_turn *turn) { return turn->state == SY_TURN_LEAVING || turn->state == SY_TURN_TURNING; }

static bool over(sy_turn *turn, const char *result, const char **code) {
    /* What fell, fell: even if the motor stuck after it. */
    *code = turn->dropped ? NULL : result;
    turn->state = SY_TURN_IDLE;
    return true;
}

static void go(sy_turn *turn, sy_turn_state state, int64_t now_ms) {
    turn->state = state;
    turn->since_ms = now_ms;
}

bool sy_turn_step(sy_turn *turn, sy_turn_sensors sensors, int64_t now_ms, const char **code) {
    if (turn->state == SY_TURN_IDLE) return false;
    if (sensors.drop) turn->dropped = true;
    int64_t elapsed = now_ms - turn->since_ms;
    switch (turn->state) {
        case SY_TURN_LEAVING:
            if (sensors.over_current) return over(turn, "JAM", code);
            if (!sensors.at_home) go(turn, SY_TURN_TURNING, now_ms);
            else if (elapsed >= SY_LEAVE_MS) return over(turn, "MOTOR", code);
            return false;
        case SY_TURN_TURNING:
            if (sensors.over_current || elapsed >= SY_TURN_MS) return over(turn, "JAM", code);
            if (sensors.at_home) go(turn, SY_TURN_SETTLING, now_ms);
            return false;
        default:
            if (turn->dropped || elapsed >= SY_SETTLE_MS) return over(turn, "NO_DROP", code);
            return false;
    }
}
