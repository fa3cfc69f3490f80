#include "opening_turn.hpp"

#include <filesystem>
#include <map>

namespace databased::sqlite {

namespace {

std::shared_ptr<std::mutex> mutex_of(const std::string& path) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<std::mutex>> mutexes;
    std::error_code error;
    const auto file = std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error).string();
    const std::lock_guard lock{mutex};
    std::erase_if(mutexes, [](const auto& entry) { return entry.second.expired(); });
    auto& known = mutexes[file];
    auto found = known.lock();
    if (found == nullptr) known = found = std::make_shared<std::mutex>();
    return found;
}

}  // namespace

OpeningTurn::OpeningTurn(const std::string& path) {
    if (path.empty()) return;
    mutex_ = mutex_of(path);
    lock_ = std::unique_lock{*mutex_};
}

}  // namespace databased::sqlite
