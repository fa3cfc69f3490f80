// A bulk insert by COPY. libpq has no COPY in pipeline mode, so it has the connection to itself.
#pragma once

#include "connection_state.hpp"
#include "copy_canceller.hpp"
#include "copy_step.hpp"
#include "copy_transfer.hpp"
#include "flight_sender.hpp"
#include "result_rows.hpp"

#include <databased/backend.hpp>
#include <databased/event_loop.hpp>

#include <cstdint>
#include <exception>
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

/// One bulk insert after the other, of one connection. Whatever else is to be sent ends it, with none of its rows.
class CopyIn final : public backend::Exchange::Pending, private StepListener, private CopyCancelListener {
  public:
    CopyIn(EventLoop& loop, ConnectionState& state, FlightSender& flights, CopyListener& listener);

    /// Serves a step. The first waits until connection_is_quiet().
    void start(backend::Exchange& exchange) noexcept;
    void connection_is_quiet();
    /// Something else is to be sent: on_copy_ended() tells when it can be.
    void give_way();
    void on_socket(SocketEvents events);
    /// The connection is lost.
    void end_lost(const std::exception_ptr& error) noexcept;
    void let_go() noexcept override;

    bool is_active() const noexcept { return phase_ != Phase::none; }
    bool is_waiting() const noexcept { return phase_ == Phase::waiting; }
    /// The server is at work for it.
    bool is_on_wire() const noexcept { return phase_ > Phase::ready; }

  private:
    enum class Phase {
        none,
        waiting,     // for its turn
        ready,       // described; no COPY has begun
        resolving,   // the table is looked for
        describing,  // an INSERT is parsed
        starting,    // COPY was sent
        open,        // rows can be sent
        ending,
        settling,  // all was answered, but a request to cancel is under way
    };
    enum class Ending : std::uint8_t { none, all, another_copy, given_up };

    // copy_in.cpp: what is sent
    void begin_step(backend::Exchange& exchange);
    void give_rows();
    void put_rows();
    void start_copy(CopyFormat format);
    void end_copy(Ending ending);
    void give_up();
    bool put(const std::string& data);
    bool is_taken(int answer);
    void sent(int accepted);

    // copy_answers.cpp: what is answered, and how steps end
    void receive();
    bool take(const PGresult* result);
    void take_error(const PGresult* result);
    void opened();
    void flight_ended();
    void copy_ended();
    void leave();
    void succeed();
    void fail(std::exception_ptr error, backend::Delivery delivery = backend::Delivery::answered);
    backend::Transaction transaction() const noexcept;
    void on_step_unwanted() noexcept override;
    void on_request_ended() noexcept override;
    void on_broken(const std::string& why) noexcept override { listener_.on_lost(why, "08006"); }

    ConnectionState& state_;
    FlightSender& flights_;
    CopyListener& listener_;
    CopyStep step_;
    CopyCanceller canceller_;
    std::optional<CopyTransfer> transfer_;
    std::int64_t inserted_ = 0;
    std::exception_ptr error_;  // of the bulk insert
    std::string farewell_;      // why the server ends the connection
    std::string farewell_state_ = "08006";
    Phase phase_ = Phase::none;
    Ending ending_ = Ending::none;
};

}  // namespace databased::postgresql
