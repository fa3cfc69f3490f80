// The commands of one connection: sent together at the end of the loop's turn, answered in order.
#pragma once

#include "connection_state.hpp"
#include "copy_in.hpp"
#include "endings.hpp"
#include "flight_sender.hpp"
#include "interrupter.hpp"
#include "proof_asker.hpp"
#include "receiver.hpp"

#include <databased/event_loop.hpp>

#include <exception>
#include <string>
#include <utility>

namespace databased::postgresql {

/// Owns the libpq connection, and all that works on it: ProofAsker and FlightSender send, Receiver and Endings take the
/// answers, Interrupter stops. A CopyIn has the connection to itself.
class Pipeline final : private SocketListener,
                       private EndOfTurn,
                       private SenderListener,
                       private ReceiverListener,
                       private CopyListener,
                       private InterruptListener {
  public:
    Pipeline(EventLoop& loop, ConnectionHandle connection, TypeCatalog& catalog, Proofs& proofs);
    /// Who waits gets NotConnectedError.
    ~Pipeline() override;

    EventLoop& loop() const noexcept { return loop_; }
    const ConnectionState& state() const noexcept { return state_; }
    void configure(const PipelineSettings& settings);
    void tell_notices_to(detail::Callback<void(const Notice&)> hook) { state_.on_notice = std::move(hook); }
    /// `sink`, which outlives this, is told what the server tells unasked.
    void tell(backend::NotificationSink& sink) noexcept { state_.hears = &sink; }

    void submit(Operation& operation);
    /// A step of a bulk insert.
    void start_bulk(backend::Exchange& exchange) noexcept;
    /// `operation` is to end soon.
    void stop(Operation& operation) noexcept;
    /// Nobody waits for `operation` any more.
    void abandon(Operation& operation) noexcept;
    /// All that was to be known of the types in the results of `operation` is known.
    void types_came(Operation& operation) { endings_.settle(operation); }

    bool is_cancelling() const noexcept { return interrupter_.is_asking(); }
    /// A bulk insert is under way.
    bool is_copying() const noexcept { return copy_.is_active(); }
    /// Nothing is under way.
    bool is_quiet() const noexcept { return state_.expected.empty() && state_.outbox.empty() && !is_cancelling(); }
    /// What was done so far is how every statement is to find the session.
    void accept_state(KeptState state);
    /// The connection is not fit for anybody any more; who waits gets ConnectionError with `why`.
    void lose(const std::string& why, const std::string& sqlstate = "08006") noexcept;

  private:
    void on_end_of_turn() noexcept override;
    void on_socket(SocketEvents events) noexcept override;
    void on_head_began() override { receiver_.head_began(); }
    void on_quiet() override;
    void on_copy_ended() override { loop_.at_end_of_turn(*this); }
    void on_lost(const std::string& why, const std::string& sqlstate) noexcept override { lose(why, sqlstate); }
    void on_broken(const std::string& why) noexcept override { lose(why); }
    void on_request_ended() noexcept override;

    void pump();
    void pump_beside_copy();
    void end_all(const std::exception_ptr& error) noexcept;

    EventLoop& loop_;
    ConnectionState state_;
    ProofAsker asker_;
    FlightSender flights_;
    Interrupter interrupter_;
    Endings endings_;
    Receiver receiver_;
    CopyIn copy_;
    bool commits_schema_ = false;  // what the open transaction has changed of it
};

}  // namespace databased::postgresql
