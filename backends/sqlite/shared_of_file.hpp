// What all connections of this process to one file share, whatever Database they belong to.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>

namespace databased::sqlite {

/// The T of the file at `path`, found by its device and inode; one of its own if there is no such file. Ends with the
/// last who has it. A child process has others than its parent, whose threads it does not have.
template <class T>
std::shared_ptr<T> shared_of_file(const std::string& path) {
    static std::mutex mutex;
    static std::map<std::tuple<pid_t, dev_t, ino_t>, std::weak_ptr<T>> all;
    struct stat file {};
    if (stat(path.c_str(), &file) != 0) return std::make_shared<T>();
    const std::lock_guard lock{mutex};
    auto& known = all[{getpid(), file.st_dev, file.st_ino}];
    auto shared = known.lock();
    if (shared == nullptr) {
        std::erase_if(all, [&](const auto& entry) { return &entry.second != &known && entry.second.expired(); });
        known = shared = std::make_shared<T>();
    }
    return shared;
}

}  // namespace databased::sqlite
