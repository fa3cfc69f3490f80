#include "support/tcp_proxy.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace support {

using std::chrono::steady_clock;

TcpProxy::TcpProxy(const std::string& host, std::uint16_t port)
    : server_(host, port), woken_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    std::tie(listener_, port_) = listen_anywhere();
    thread_ = std::thread{[this] { run(); }};
}

TcpProxy::~TcpProxy() {
    {
        const Lock lock{mutex_};
        is_over_ = true;
    }
    wake();
    thread_.join();
}

// What tests say

template <class Change>
void TcpProxy::change(Direction direction, Change change) {
    {
        const Lock lock{mutex_};
        change(rule(direction));
    }
    wake();
}

void TcpProxy::pass(Direction direction) {
    change(direction, [](TravelRule& rule) { rule = TravelRule{.traffic = rule.traffic}; });
}
void TcpProxy::stall(Direction direction) {
    change(direction, [](TravelRule& rule) { rule.is_stalled = true; });
}
void TcpProxy::delay(Direction direction, std::chrono::milliseconds time) {
    change(direction, [=](TravelRule& rule) { rule.delay = time; });
}
void TcpProxy::limit_writes(Direction direction, std::size_t bytes, std::chrono::microseconds pause) {
    change(direction, [=](TravelRule& rule) {
        rule.longest_write = bytes;
        rule.pause = pause;
    });
}
void TcpProxy::cut_after(Direction direction, std::size_t bytes, Cut how) {
    change(direction, [=](TravelRule& rule) {
        rule.cut_in = bytes;
        rule.cut = how;
    });
}
void TcpProxy::corrupt_after(Direction direction, std::size_t bytes) {
    change(direction, [=](TravelRule& rule) { rule.corrupt_in = bytes; });
}

void TcpProxy::inject(Direction direction, const std::string& bytes) {
    change(direction, [&](TravelRule&) {
        for (auto& connection : connections_) connection.inject(static_cast<std::size_t>(direction), bytes);
    });
}

void TcpProxy::cut_all(Cut how) {
    Lock lock{mutex_};
    cut_asked_ = how;
    wake();
    cut_done_.wait(lock, [this] { return !cut_asked_; });
}

void TcpProxy::refuse_connections() {
    const Lock lock{mutex_};
    refuses_ = true;
}
void TcpProxy::accept_connections() {
    const Lock lock{mutex_};
    refuses_ = false;
}

Traffic TcpProxy::traffic(Direction direction) const {
    const Lock lock{mutex_};
    return rules_[static_cast<std::size_t>(direction)].traffic;
}
std::size_t TcpProxy::held_back(Direction direction) const {
    const Lock lock{mutex_};
    std::size_t bytes = 0;
    for (const auto& connection : connections_) bytes += connection.held_back(static_cast<std::size_t>(direction));
    return bytes;
}
std::size_t TcpProxy::taken() const {
    const Lock lock{mutex_};
    return taken_;
}
std::size_t TcpProxy::open() const {
    const Lock lock{mutex_};
    return connections_.size();
}

// The thread

void TcpProxy::wake() const noexcept { eventfd_write(woken_.get(), 1); }

void TcpProxy::run() {
    Lock lock{mutex_};
    while (!is_over_) {
        cut_as_asked();
        serve();
        wait(lock);
        take_connections();
    }
    connections_.clear();
}

void TcpProxy::wait(Lock& lock) const {
    std::vector<pollfd> polled{{woken_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    std::optional<TimePoint> due;
    for (const auto& connection : connections_) {
        connection.add_to(polled);
        const auto next = connection.due();
        if (next && (!due || *next < *due)) due = next;
    }
    timespec time{};
    if (due) {
        const auto left = std::max(std::chrono::nanoseconds{0}, *due - steady_clock::now());
        time.tv_sec = static_cast<time_t>(left / std::chrono::seconds{1});
        time.tv_nsec = static_cast<long>((left % std::chrono::seconds{1}).count());
    }
    lock.unlock();
    ppoll(polled.data(), polled.size(), due ? &time : nullptr, nullptr);
    eventfd_t ignored = 0;
    eventfd_read(woken_.get(), &ignored);
    lock.lock();
}

void TcpProxy::take_connections() {
    for (Socket client{accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)}; client.get() >= 0;
         client = Socket{accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)}) {
        ++taken_;
        Socket server{::socket(server_.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
        const bool is_connected = !refuses_ && connect(server.get(), server_.generic(), server_.size()) == 0;
        send_at_once(client);
        send_at_once(server);
        auto& connection = connections_.emplace_back(std::move(client), std::move(server), rules_[0], rules_[1]);
        if (is_connected) continue;
        connection.cut(Cut::reset);
        connections_.pop_back();
    }
}

void TcpProxy::serve() {
    const auto now = steady_clock::now();
    connections_.remove_if([&](ProxiedConnection& connection) { return !connection.serve(now); });
}

void TcpProxy::cut_as_asked() {
    if (!cut_asked_) return;
    for (auto& connection : connections_) connection.cut(*cut_asked_);
    connections_.clear();
    cut_asked_.reset();
    cut_done_.notify_all();
}

}  // namespace support
