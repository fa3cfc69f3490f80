#include "socket_watch.hpp"

#include <databased/error.hpp>

#include <uv.h>
#include <string>
#include <utility>

namespace databased::postgresql {

namespace {

uv_handle_t* base(uv_poll_t* handle) noexcept { return reinterpret_cast<uv_handle_t*>(handle); }

[[noreturn]] void throw_cannot_poll(int code) {
    ErrorDetails details;
    details.message = std::string{"cannot wait for PostgreSQL's socket: "} + uv_strerror(code);
    details.sqlstate = "08000";
    throw_database_error(std::move(details));
}

}  // namespace

SocketWatch::SocketWatch(EventLoop& loop, int socket, SocketListener& listener)
    : listener_(listener), handle_(new uv_poll_t) {
    static_assert(readable == UV_READABLE && writable == UV_WRITABLE);
    if (const int failed = uv_poll_init(loop.native(), handle_, socket); failed != 0) {
        delete handle_;  // it has not become a handle of the loop
        throw_cannot_poll(failed);
    }
    handle_->data = this;
    uv_unref(base(handle_));
    loop.add(*this);
    watch(readable);
}

SocketWatch::~SocketWatch() { close(); }

void SocketWatch::watch(int events) noexcept {
    if (handle_ == nullptr || watched_ == events) return;
    watched_ = events;
    uv_poll_start(handle_, events, on_event);
}

/// libuv ends the poll of a socket that has an error. It is armed again before the listener is told, which may destroy
/// the watch: whoever does not close a broken socket hears of it again.
void SocketWatch::on_event(uv_poll_t* handle, int status, int events) {
    auto* watch = static_cast<SocketWatch*>(handle->data);
    if (watch == nullptr) return;
    if (status < 0) {
        events = readable | writable;
        watch->watch(std::exchange(watch->watched_, 0));
    }
    watch->listener_.on_socket({(events & readable) != 0, (events & writable) != 0});
}

/// The poll of the socket is the parent's.
void SocketWatch::on_loop_inherited() noexcept {
    if (handle_ != nullptr) std::exchange(handle_, nullptr)->data = nullptr;
}

/// The socket leaves the poll at once, the handle when the loop comes by.
void SocketWatch::close() noexcept {
    uv_poll_t* handle = std::exchange(handle_, nullptr);
    if (handle == nullptr) return;
    handle->data = nullptr;
    uv_poll_stop(handle);
    uv_close(base(handle), [](uv_handle_t* closed) { delete reinterpret_cast<uv_poll_t*>(closed); });
}

}  // namespace databased::postgresql
