#include <databased/task.hpp>

#include <array>
#include <cstdlib>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    #define DATABASED_PLAIN_FRAMES 1
#elif defined(__has_feature)
    #if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
        #define DATABASED_PLAIN_FRAMES 1
    #endif
#endif

namespace databased::detail {

#ifdef DATABASED_PLAIN_FRAMES

// A sanitizer should see every frame come and go.
void* allocate_frame(std::size_t size) { return ::operator new(size); }
void release_frame(void* frame, std::size_t) noexcept { ::operator delete(frame); }

#else

namespace {

constexpr std::size_t step = 64;
constexpr std::size_t largest = 2048;
constexpr std::size_t kept_per_size = 256;

struct FreeFrame {
    FreeFrame* next;
};

/// Free frames of one thread by size, in steps of 64 bytes. Has no destructor: frames may be released while the
/// thread's other objects are destroyed, after close().
class FreeFrames {
  public:
    void* allocate(std::size_t size) {
        if (size > largest) return ::operator new(size);
        List& list = list_of(size);
        return list.first != nullptr ? take(list) : ::operator new(rounded(size));
    }

    void release(void* frame, std::size_t size) noexcept {
        if (size > largest || (state_ != State::open && !is_open())) return ::operator delete(frame);
        List& list = list_of(size);
        if (list.count == kept_per_size) return ::operator delete(frame);
        list.first = ::new (frame) FreeFrame{list.first};
        ++list.count;
    }

    /// Gives everything back; from now on nothing is kept.
    void close() noexcept {
        state_ = State::closed;
        for (List& list : lists_) {
            while (list.first != nullptr) ::operator delete(take(list));
        }
    }

  private:
    enum class State { unused, open, closed };

    struct List {
        FreeFrame* first = nullptr;
        std::size_t count = 0;
    };

    bool is_open() noexcept;

    static std::size_t rounded(std::size_t size) noexcept { return (size + step - 1) / step * step; }
    List& list_of(std::size_t size) noexcept { return lists_[(size - 1) / step]; }

    static void* take(List& list) noexcept {
        --list.count;
        return std::exchange(list.first, list.first->next);
    }

    std::array<List, largest / step> lists_{};
    State state_ = State::unused;
};

constinit thread_local FreeFrames free_frames;

struct ThreadEnd {
    bool is_armed = false;
    ~ThreadEnd() { free_frames.close(); }
};

thread_local ThreadEnd thread_end;

bool FreeFrames::is_open() noexcept {
    if (state_ == State::unused) {
        thread_end.is_armed = true;  // an object of a thread is made, and destroyed, only where it is used
        state_ = State::open;
    }
    return state_ == State::open;
}

}  // namespace

void* allocate_frame(std::size_t size) { return free_frames.allocate(size); }
void release_frame(void* frame, std::size_t size) noexcept { free_frames.release(frame, size); }

#endif

PromiseBase::~PromiseBase() = default;

void PromiseBase::throw_error() const {
    if (error_) std::rethrow_exception(error_);
    throw_body_never_ran();
}

TaskBase& TaskBase::operator=(TaskBase&& other) noexcept {
    if (this != &other) {
        if (handle_) handle_.destroy();
        handle_ = other.handle_;
        promise_ = other.promise_;
        other.release();
    }
    return *this;
}

bool TaskAwaiter::start(std::coroutine_handle<> parent, const PromiseBase& promise_of_parent) const {
    promise_->bind(context_ != nullptr ? *context_ : promise_of_parent.context());
    handle_.resume();
    if (handle_.done() || !promise_->has_started()) return false;
    promise_->continue_with(parent);
    return true;
}

void throw_body_never_ran() {
    throw UsageError(
        "g++ 12 has broken this coroutine: it awaits in the condition of an if, while, for, do or switch and has no "
        "local "
        "variable; name the awaited value first (const auto value = co_await ...;)");
}

void throw_task_is_empty() {
    throw UsageError("an empty task was awaited: a task can be awaited once, and not after it was moved from");
}

}  // namespace databased::detail
