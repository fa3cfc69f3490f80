#include "resolver.hpp"

#include "error.hpp"
#include "servers.hpp"

#include <databased/detail/waiter.hpp>

#include <netdb.h>
#include <uv.h>
#include <array>
#include <memory>
#include <utility>

namespace databased::postgresql {

namespace {

std::vector<std::string> addresses_in(const addrinfo* found) {
    std::vector<std::string> addresses;
    for (; found != nullptr; found = found->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        const int failed = getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0,
                                       NI_NUMERICHOST);  // with the zone, which uv_ip_name() leaves out
        if (failed == 0) addresses.emplace_back(text.data());
    }
    return addresses;
}

/// One lookup in libuv's threads. Destroying it forgets the lookup, which ends by itself.
class Lookup final : private LoopUser {
  public:
    Lookup(EventLoop& loop, const std::string& host, detail::Clock::time_point limit);
    ~Lookup() override { forget(); }

    /// To be awaited.
    detail::Waiter& answer() noexcept { return answer_; }
    const char* problem() const noexcept { return status_ == 0 ? "it has no address" : uv_strerror(status_); }
    std::vector<std::string>& addresses() noexcept { return addresses_; }

  private:
    struct Request {
        uv_getaddrinfo_t native{};
        Lookup* owner;
    };

    static void on_answer(uv_getaddrinfo_t* native, int status, addrinfo* found);
    void end(int status) noexcept;
    void forget() noexcept;
    void on_loop_destroyed() noexcept override { forget(); }

    detail::Waiter answer_;
    Request* request_;  // freed by libuv's callback; null once that has come or is not waited for
    int status_ = 0;
    std::vector<std::string> addresses_;
};

Lookup::Lookup(EventLoop& loop, const std::string& host, detail::Clock::time_point limit)
    : answer_(limit), request_(new Request{.owner = this}) {
    request_->native.data = request_;
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    loop.add(*this);
    const int failed = uv_getaddrinfo(loop.native(), &request_->native, on_answer, host.c_str(), nullptr, &wanted);
    if (failed == 0) return;
    delete request_;
    end(failed);
}

void Lookup::on_answer(uv_getaddrinfo_t* native, int status, addrinfo* found) {
    const std::unique_ptr<Request> request{static_cast<Request*>(native->data)};
    const std::unique_ptr<addrinfo, decltype(&uv_freeaddrinfo)> freed{found, uv_freeaddrinfo};
    if (request->owner == nullptr) return;
    request->owner->addresses_ = addresses_in(found);
    request->owner->end(status);
}

void Lookup::end(int status) noexcept {
    request_ = nullptr;
    status_ = status;
    answer_.grant();
}

void Lookup::forget() noexcept {
    if (request_ == nullptr) return;
    request_->owner = nullptr;
    uv_cancel(
        reinterpret_cast<uv_req_t*>(&std::exchange(request_, nullptr)->native));  // if it still waits for a thread
}

}  // namespace

Task<std::vector<std::string>> resolve(EventLoop& loop, std::string host, detail::Clock::time_point limit) {
    std::vector<std::string> addresses;
    if (is_numeric_address(host)) {
        addresses.push_back(std::move(host));
        co_return addresses;
    }
    Lookup lookup{loop, host, limit};
    detail::Waiter& answer = lookup.answer();
    const auto wake = co_await answer;
    const detail::Context& context = co_await detail::this_context();
    if (wake == detail::Wake::stopped || (wake == detail::Wake::timed_out && context.deadline < limit))
        detail::throw_not_granted(wake, "the time limit has passed while the name of a host was looked up");
    if (wake == detail::Wake::timed_out) throw_unreachable("the name " + host + " was not resolved in time");
    if (lookup.addresses().empty()) throw_unreachable("the name " + host + " does not resolve: " + lookup.problem());
    co_return std::move(lookup.addresses());
}

}  // namespace databased::postgresql
