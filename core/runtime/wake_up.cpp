#include "runtime/wake_up.hpp"

#include <databased/error.hpp>

#include <fcntl.h>
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

void WakeUp::clear() const noexcept {
    std::uint64_t signals[16];
    while (::read(reading_, signals, sizeof signals) < 0 && errno == EINTR) {
    }
}

}  // namespace databased::detail
