// The one door to a connection: whatever is said to a database, for whomever, goes through send().
#pragma once

#include "execution/judge.hpp"
#include "runtime/process.hpp"

#include <databased/backend.hpp>
#include <databased/backend/awaited_exchange.hpp>
#include <databased/event_loop.hpp>

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>

namespace databased::detail {

class Channel;

/// How what was sent has ended. The outcome's error is what the caller is to be told.
struct Judged {
    Verdict verdict = Verdict::success;
    Outcome outcome{};
};

/// Gives a connection up if its database does not answer in time.
class Patience final : private Timer {
  public:
    explicit Patience(Channel& channel) noexcept : channel_(channel) {}
    void begin(EventLoop& loop, Clock::time_point end);

  private:
    void on_time() noexcept override;

    Channel& channel_;
};

/// What is sent when it is awaited, once; until then more can be said in it. The await tells how it has ended. It keeps
/// its channel.
class Sending final : public backend::AwaitedExchange {
  public:
    Sending(std::shared_ptr<Channel> channel, Request&& request, Clock::time_point patience);
    ~Sending() override { let_go(); }

    template <std::derived_from<PromiseBase> Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) {
        return begin(*caller.promise().context().loop, caller);
    }
    Judged await_resume();

  private:
    bool begin(EventLoop& loop, std::coroutine_handle<> caller);

    std::shared_ptr<Channel> channel_;
    Asked asked_{};
    Clock::time_point until_;
    Patience patience_;
};

/// Owns one connection from its opening to its end. On the loop's thread. Whoever closes it ends what is under way. In
/// a child process the connection is the parent's, and its threads do not exist: it is left alone, also at the end.
class Channel : public std::enable_shared_from_this<Channel> {
  public:
    static constexpr auto without_end = Clock::time_point::max();

    Channel(std::unique_ptr<SessionBackend> backend, const Capabilities& capabilities) noexcept
        : backend_(std::move(backend)),
          can_be_lost_(capabilities.connections_can_be_lost),
          pipelines_(capabilities.pipelines) {}
    ~Channel() { close_now(); }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// When `patience` ends the connection is given up, where that can be: nothing is known of what it has not
    /// answered.
    Sending send(Request&& request = {}, Clock::time_point patience = without_end);

    /// False once it was closed, also under those who use it.
    bool is_open() const noexcept { return backend_ != nullptr; }
    /// Whether this is a child process of the one that opened it.
    bool is_inherited() const noexcept { return process_.is_left(); }
    /// Throws NotConnectedError if it is closed, ConnectionError if it was given up, UsageError in a child process.
    void check_open() const;
    /// Whether it is fit for anybody else.
    bool is_usable() const noexcept { return !is_lost() && !has_open_transaction_; }
    bool is_lost() const noexcept { return !is_open() || has_lost_answer_ || !backend_->is_usable(); }
    /// Whether several statements of one transaction may be under way at once.
    bool pipelines() const noexcept { return is_open() && pipelines_; }

    /// How far away the database is; zero where that is not known.
    std::chrono::nanoseconds round_trip() const noexcept {
        return is_open() ? backend_->round_trip() : std::chrono::nanoseconds{};
    }

    /// Whether nothing is left of the last user.
    bool is_clean() const noexcept { return !is_open() || backend_->is_clean(); }
    /// Takes away what the last user has left, or makes the connection unfit. Does not throw.
    Task<> reset(Clock::time_point patience);
    /// What is there now stays for every user.
    Task<> keep(Clock::time_point patience);
    /// In a transaction, or where there is none.
    Task<> ping(Clock::time_point patience, backend::Transaction expected = backend::Transaction::none);
    Task<> close();
    void close_now() noexcept;

  private:
    friend class Sending;
    friend class Patience;
    Sending tell(backend::Verb verb, backend::Transaction expected, Clock::time_point patience);
    void give_up() noexcept;
    void note(Verdict verdict, const Outcome& outcome) noexcept;

    std::unique_ptr<SessionBackend> backend_;
    std::exception_ptr given_up_;
    HomeProcess process_;
    bool can_be_lost_;
    bool pipelines_;
    bool has_open_transaction_ = false;  // which nobody is in
    bool has_lost_answer_ = false;
};

}  // namespace databased::detail
