// The one connection over which a Database hears messages, for as long as anybody wants to hear any.
#pragma once

#include "listening/backoff.hpp"
#include "listening/channel_registry.hpp"
#include "runtime/process.hpp"

#include <databased/backend/listening.hpp>
#include <databased/detail/waiter.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace databased::detail {

class DatabaseState;
class Endpoint;

/// Part of its DatabaseState, on the loop's thread. A task of its own, which runs while there are subscriptions, opens
/// the connection, tells it the channels, and does so again when it is lost or the Database has moved.
class Listening final : private backend::NotificationSink {
  public:
    /// Is told from now on, once begun. Somebody attends() then.
    void add(Subscription& subscription);
    void remove(Subscription& subscription) noexcept;
    /// Sees to it that the task runs, and looks what there is to do.
    static void attend(const std::shared_ptr<DatabaseState>& database);
    /// Work goes to another place now.
    void moved(const Endpoint& to) noexcept;
    /// Who listens is told that the Database was closed.
    void close_now() noexcept;

  private:
    class Attendance;

    static Task<> run(std::shared_ptr<DatabaseState> database);
    Task<> serve(std::shared_ptr<DatabaseState> database);
    Task<> open(std::shared_ptr<DatabaseState> database);
    Task<> settle();
    /// False if `limit` has come, and nothing has changed.
    Task<bool> change(Clock::time_point limit);
    void wake() noexcept;
    /// What was heard over it goes on with a gap, over another one.
    void drop_connection() noexcept;
    void fail_new(const std::exception_ptr& why) noexcept;

    void on_notification(std::string_view channel, std::string_view payload) noexcept override;
    void on_gap() noexcept override;
    void on_lost(std::string_view why) noexcept override;

    ChannelRegistry registry_;
    std::shared_ptr<Endpoint> endpoint_;  // of the connection, which it outlives
    std::unique_ptr<backend::ListeningBackend> connection_;
    HomeProcess process_;      // of the connection
    WaitList waiters_;         // the task
    std::uint32_t taken_ = 0;  // how often the connection was taken from the task
    bool has_changed_ = false;
    bool is_attended_ = false;
    bool has_heard_ = false;        // since the last look
    Clock::time_point alive_at_{};  // when the connection last gave a sign of life
    bool owes_gap_ = false;
    Backoff backoff_;
};

}  // namespace databased::detail
