// What a child process made by fork() finds.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace support {

/// Runs `body` in a child process and gives what it returns; -1 if the child was ended otherwise, as after 20 s.
template <class Body>
int in_child_process(Body body) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        _exit(body());
    }
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace support
