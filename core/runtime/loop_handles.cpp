#include "runtime/loop_handles.hpp"

#include "runtime/process.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace databased::detail {

/// They live until their close callbacks, which may come after the EventLoop is gone.
struct LoopHandles::Handles {
    LoopEvents& events;
    uv_poll_t signals{};
    uv_prepare_t before_poll{};  // picks up what became ready outside of a turn
    uv_check_t after_poll{};
    uv_idle_t keep_going{};  // active while a turn left something over: the poll does not block then
    uv_timer_t clock{};
    int open = 5;

    static Handles& of(const void* handle) {
        return *static_cast<Handles*>(static_cast<const uv_handle_t*>(handle)->data);
    }

    template <class Handle>
    void close(Handle& handle) {
        uv_close(reinterpret_cast<uv_handle_t*>(&handle), [](uv_handle_t* closed) {
            Handles& handles = of(closed);
            if (--handles.open == 0) delete &handles;
        });
    }
};

namespace {

template <class Handle>
uv_handle_t* base(Handle& handle) noexcept {
    return reinterpret_cast<uv_handle_t*>(&handle);
}

std::unique_ptr<uv_loop_t> make_loop() {
    auto loop = std::make_unique<uv_loop_t>();
    if (const int failed = uv_loop_init(loop.get()); failed != 0) {
        throw Error(std::string{"cannot make an event loop: "} + uv_strerror(failed));
    }
    return loop;
}

}  // namespace

LoopHandles::LoopHandles(uv_loop_t* adopted, int descriptor, LoopEvents& events)
    : own_loop_(adopted == nullptr ? make_loop() : nullptr),
      loop_(adopted == nullptr ? own_loop_.get() : adopted),
      handles_(new Handles{.events = events}) {
    open(descriptor);
}

void LoopHandles::open(int descriptor) {
    Handles& handles = *handles_;
    handles.signals.data = handles.before_poll.data = handles.after_poll.data = &handles;
    handles.keep_going.data = handles.clock.data = &handles;
    uv_poll_init(loop_, &handles.signals, descriptor);
    uv_poll_start(&handles.signals, UV_READABLE,
                  [](uv_poll_t* handle, int, int) { Handles::of(handle).events.on_signal(); });
    uv_prepare_init(loop_, &handles.before_poll);
    uv_prepare_start(&handles.before_poll, [](uv_prepare_t* handle) { Handles::of(handle).events.on_before_poll(); });
    uv_check_init(loop_, &handles.after_poll);
    uv_check_start(&handles.after_poll, [](uv_check_t* handle) { Handles::of(handle).events.on_after_poll(); });
    uv_idle_init(loop_, &handles.keep_going);
    uv_timer_init(loop_, &handles.clock);
    uv_unref(base(handles.signals));
    uv_unref(base(handles.before_poll));
    uv_unref(base(handles.after_poll));
    uv_unref(base(handles.clock));
}

LoopHandles::~LoopHandles() {
    handles_->close(handles_->signals);
    handles_->close(handles_->before_poll);
    handles_->close(handles_->after_poll);
    handles_->close(handles_->keep_going);
    handles_->close(handles_->clock);
    if (own_loop_ == nullptr) return;
    uv_run(own_loop_.get(), is_left_ ? UV_RUN_NOWAIT : UV_RUN_DEFAULT);
    const bool is_closed = uv_loop_close(own_loop_.get()) == 0;
    if (!is_closed) detail::leave_to_parent(std::move(own_loop_));  // what a thread of the parent's was doing for it
}

/// The parent polls the same descriptors by the same epoll instance: before anything is done to them here, the loop
/// needs an instance of its own. Whether a program has given its loop one cannot be known.
void LoopHandles::leave_to_parent() noexcept {
    is_left_ = true;
    uv_stop(loop_);
    uv_prepare_stop(&handles_->before_poll);
    uv_check_stop(&handles_->after_poll);
    uv_timer_stop(&handles_->clock);
    if (own_loop_ == nullptr) return;
    uv_loop_fork(own_loop_.get());
    uv_poll_stop(&handles_->signals);
}

void LoopHandles::hold() noexcept {
    if (++holders_ == 1) uv_ref(base(handles_->signals));
}

void LoopHandles::release() noexcept {
    if (--holders_ == 0) uv_unref(base(handles_->signals));
}

void LoopHandles::run_once() noexcept {
    is_running_ = true;
    uv_run(loop_, UV_RUN_ONCE);
    is_running_ = is_run_stopped_ = false;
}

void LoopHandles::stop_run() noexcept {
    if (!is_running_) return;
    is_run_stopped_ = true;
    uv_stop(loop_);
}

void LoopHandles::let_poll_block(bool blocks) noexcept {
    if (blocks) {
        uv_idle_stop(&handles_->keep_going);
    } else {
        uv_idle_start(&handles_->keep_going, [](uv_idle_t*) {});
    }
}

bool LoopHandles::poll_blocks() const noexcept { return uv_is_active(base(handles_->keep_going)) == 0; }

void LoopHandles::set_clock(Clock::time_point when) noexcept {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now());
    uv_update_time(loop_);
    uv_timer_start(
        &handles_->clock, [](uv_timer_t* handle) { Handles::of(handle).events.on_clock(); },
        static_cast<std::uint64_t>(std::max<std::int64_t>(wait.count(), 0)), 0);
}

}  // namespace databased::detail
