// A bulk insert by COPY. libpq has no COPY in pipeline mode, so it has the connection to itself.
#pragma once

#include "cancel.hpp"
#include "connection_state.hpp"
#include "copy_goal.hpp"
#include "copy_rows.hpp"
#include "flight_sender.hpp"
#include "result_rows.hpp"
#include "sent_rows.hpp"
#include "stopper.hpp"

#include <databased/backend.hpp>
#include <databased/event_loop.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace databased::postgresql {

/// Hears of what a CopyIn does with the connection.
class CopyListener {
  public:
    /// The connection can be used again, in pipeline mode.
    virtual void on_copy_ended() = 0;
    virtual void on_lost(const std::string& why, const std::string& sqlstate) noexcept = 0;

  protected:
    ~CopyListener() = default;
};

/// How long what is not wanted any more may take to end, and when the server is asked for it.
class CopyStop {
  public:
    using Clock = detail::Clock;

    bool is_wanted() const noexcept { return since_ != Clock::time_point{}; }
    void want(Clock::time_point now) noexcept {
        if (!is_wanted()) since_ = now;
    }
    void forget() noexcept { since_ = {}; }
    bool is_late(Clock::time_point now, Clock::duration limit) const noexcept { return now - since_ >= limit; }

  private:
    Clock::time_point since_{};
};

/// One bulk insert after the other, each for the exchanges of its steps. Whatever else is to be sent ends it, with none
/// of its rows. On the loop's thread.
class CopyIn final : public backend::Exchange::Pending,
                     private detail::StopListener,
                     private Timer,
                     private CancelListener {
  public:
    CopyIn(EventLoop& loop, ConnectionState& state, FlightSender& flights, CopyListener& listener);
    ~CopyIn();

    /// Serves a step. The first waits until connection_is_quiet().
    void start(backend::Exchange& exchange) noexcept;
    void connection_is_quiet();
    /// Something else is to be sent: on_copy_ended() when it can be.
    void give_way();
    void on_socket(SocketEvents events);
    void lost(const std::exception_ptr& error) noexcept;
    void let_go() noexcept override;

    bool is_active() const noexcept { return phase_ != Phase::none; }
    bool is_waiting() const noexcept { return phase_ == Phase::waiting; }
    /// The server is at work for it.
    bool is_on_wire() const noexcept { return phase_ > Phase::ready; }

  private:
    enum class Phase { none, waiting, ready, resolving, describing, starting, open, ending, settling };
    enum class Ending { none, all, another_format, given_up };

    // Steps
    void take(backend::Exchange& exchange);
    void give_rows();
    void put_rows();
    void start_copy(CopyFormat format);
    void end_copy(Ending ending);
    void abort();

    // Answers
    void receive();
    bool take_result(const PGresult* result);
    void flight_ended();
    void copy_ended();
    void note_error(const PGresult* result);
    void leave();

    // Ends
    void finish(Outcome outcome) noexcept;
    void succeed();
    void fail(std::exception_ptr error, backend::Delivery delivery = backend::Delivery::answered);
    std::exception_ptr stop_error() const;
    bool should_stop() const noexcept;
    void stop() noexcept;
    void ask_server() noexcept;
    void on_stop() noexcept override { stop(); }
    void on_time() noexcept override;
    void on_cancel_sent(std::string_view problem) noexcept override;
    void sent(int accepted);
    bool put(const std::string& data);
    bool is_taken(int answer);

    EventLoop& loop_;
    ConnectionState& state_;
    FlightSender& flights_;
    CopyListener& listener_;
    CancelRequest cancel_;
    CopyStop stop_;
    Phase phase_ = Phase::none;
    Ending ending_ = Ending::none;
    backend::Exchange* exchange_ = nullptr;  // the step under way
    std::optional<CopyGoal> goal_;
    std::optional<CopyRows> rows_;
    std::shared_ptr<const SqlText> text_;
    CopyFormat format_ = CopyFormat::binary;
    std::string buffer_;
    SentRows sent_rows_;
    std::size_t first_item_ = 0;  // of this COPY
    std::size_t next_item_ = 0;
    std::int64_t inserted_ = 0;
    std::exception_ptr error_;
    std::string farewell_;
    std::string farewell_state_ = "08006";
};

}  // namespace databased::postgresql
