// How the tests of one run of ctest find the server that it has started: by a file that is named after ctest's process.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace support {

/// A server that was started in the background.
struct SharedServer {
    std::string url;
    pid_t keeper = 0;  ///< The process that holds it and removes it at SIGTERM.
};

/// A folder of this build.
std::string shared_server_folder();
/// Tells the processes that `ctest` starts.
void publish(const SharedServer& server, pid_t ctest);
void withdraw_shared_server(pid_t ctest);
/// The one of the given ctest.
std::optional<SharedServer> find_shared_server(pid_t ctest);
/// The one of the ctest that has started this process, directly or not.
std::optional<SharedServer> find_shared_server();

}  // namespace support
