#ifndef SY_DISPENSE_H
#define SY_DISPENSE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * One turn of a motor, as a machine of states that is fed with what the sensors say and what time it is. A turn begins at the home switch, leaves it and comes back to it; what falls
 * passes the drop sensor, perhaps a moment after the motor stands.
 */
typedef enum { SY_TURN_IDLE, SY_TURN_LEAVING, SY_TURN_TURNING, SY_TURN_SETTLING } sy_turn_state;

typedef struct {
    bool at_home;      /* the motor's home switch is closed */
    bool drop;         /* something passed the drop sensor since the last time */
    bool over_current; /* the motor is held */
} sy_turn_sensors;

typedef struct {
    sy_turn_state state;
    int64_t since_ms;
    bool dropped;
} sy_turn;

#define SY_LEAVE_MS 1000  /* a motor that has not left home by then does not turn */
#define SY_TURN_MS 8000   /* one that is not back by then is stuck */
#define SY_SETTLE_MS 1500 /* what has not fallen by then does not fall */

void sy_turn_begin(sy_turn *turn, int64_t now_ms);

/* Whether the motor is to have current. */
bool sy_turn_powered(const sy_turn *turn);

/* Feeds the turn. True: it is over, `*code` is NULL when something fell, else why nothing did: MOTOR, JAM, NO_DROP. */
bool sy_turn_step(sy_turn *turn, sy_turn_sensors sensors, int64_t now_ms, const char **code);

#endif
