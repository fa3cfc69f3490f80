#include "runtime/wake_up.hpp"

#include <databased/error.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#ifdef __linux__
    #include <sys/eventfd.h>
#endif

namespace databased::detail {

namespace {

[[noreturn]] void throw_no_descriptor() {
    throw Error(std::string{"cannot make an event loop: "} + std::strerror(errno));
}

}  // namespace

WakeUp::WakeUp() {
#ifdef __linux__
    reading_ = writing_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reading_ < 0) throw_no_descriptor();
#else
    int ends[2];
    if (pipe(ends) != 0) throw_no_descriptor();
    reading_ = ends[0];
    writing_ = ends[1];
    for (const int end : ends) {
        fcntl(end, F_SETFD, FD_CLOEXEC);
        fcntl(end, F_SETFL, O_NONBLOCK);
    }
#endif
}

WakeUp::~WakeUp() {
    if (writing_ != reading_) ::close(writing_);
    ::close(reading_);
}

void WakeUp::signal() const noexcept {
    const std::uint64_t one = 1;  // an eventfd takes eight bytes; of a pipe, one would do
    while (::write(writing_, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

std::uint64_t WakeUp::clear() const noexcept {
    std::uint64_t signals[16];
    ssize_t size = 0;
    do {
        size = ::read(reading_, signals, sizeof signals);
    } while (size < 0 && errno == EINTR);
    if (size < 0) return 0;
    return writing_ == reading_ ? signals[0] : static_cast<std::uint64_t>(size) / sizeof signals[0];
}

void WakeUp::wait() const noexcept {
    pollfd watched{.fd = reading_, .events = POLLIN, .revents = 0};
    while (::poll(&watched, 1, -1) < 0 && errno == EINTR) {
    }
}

}  // namespace databased::detail
