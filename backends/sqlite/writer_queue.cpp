#include "writer_queue.hpp"

#include "shared_of_file.hpp"

#include <algorithm>

namespace databased::sqlite {

namespace {

constexpr std::chrono::milliseconds patience{2};  // between two looks at whether the wait is over

}  // namespace

std::shared_ptr<WriterQueue> WriterQueue::of_file(const std::string& path) { return shared_of_file<WriterQueue>(path); }

bool WriterQueue::enter(const void* writer, const detail::Callback<bool()>& gives_up) {
    std::unique_lock lock{mutex_};
    writers_.push_back(writer);
    while (writers_.front() != writer) {
        if (changed_.wait_for(lock, patience) == std::cv_status::timeout && gives_up()) {
            std::erase(writers_, writer);
            changed_.notify_all();  // the turn may just have come
            return false;
        }
    }
    return true;
}

void WriterQueue::leave(const void* writer) noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (writers_.empty() || writers_.front() != writer) return;
        writers_.pop_front();
        if (writers_.empty()) return;
    }
    changed_.notify_all();
}

}  // namespace databased::sqlite
