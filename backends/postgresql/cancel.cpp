#include "cancel.hpp"

#include "error.hpp"

#include <uv.h>
#include <array>
#include <memory>
#include <new>
#include <string>
#include <utility>

namespace databased::postgresql {

namespace {

struct FreeCancel {
    void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
};

}  // namespace

/// What libuv's thread works with; `owner` is the loop thread's.
struct CancelRequest::Job {
    uv_work_t native{};
    std::unique_ptr<PGcancel, FreeCancel> cancel;
    CancelRequest* owner = nullptr;
    std::string problem{};

    static Job& of(const uv_work_t* native) noexcept { return *static_cast<Job*>(native->data); }

    static void run(uv_work_t* native) {
        Job& job = of(native);
        std::array<char, 256> said{};  // as libpq recommends
        if (PQcancel(job.cancel.get(), said.data(), static_cast<int>(said.size())) == 0) job.problem = said.data();
    }
    static void end(uv_work_t* native, int) {
        const std::unique_ptr<Job> job{&of(native)};
        if (job->owner != nullptr) job->owner->end(one_line(job->problem));
    }
};

void CancelRequest::send(PGconn* connection) {
    if (is_running()) return;
    auto job = std::make_unique<Job>();
    job->cancel.reset(PQgetCancel(connection));
    if (job->cancel == nullptr) throw std::bad_alloc();
    job->owner = this;
    job->native.data = job.get();
    if (!is_linked()) loop_.add(*this);
    uv_queue_work(loop_.native(), &job->native, Job::run, Job::end);
    job_ = job.release();
}

void CancelRequest::end(std::string_view problem) noexcept {
    job_ = nullptr;
    listener_.on_cancel_sent(problem);
}

/// The request goes out all the same: a statement that nobody waits for has to end as well.
void CancelRequest::forget() noexcept {
    if (job_ != nullptr) std::exchange(job_, nullptr)->owner = nullptr;
}

}  // namespace databased::postgresql
