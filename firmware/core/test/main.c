#include "check.h"

int checks;
int failures;

int main(void) {
    test_json();
    test_write();
    test_messages();
    test_commands();
    test_turns();
    test_updates();
    printf("%d checks, %d failures\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
