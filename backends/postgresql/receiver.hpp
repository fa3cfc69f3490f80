// What the server sends, taken from libpq in order.
#pragma once

#include "answer_reader.hpp"
#include "connection_state.hpp"
#include "endings.hpp"
#include "flight_sender.hpp"
#include "interrupter.hpp"

#include <databased/event_loop.hpp>

#include <string>

namespace databased::postgresql {

/// Hears of what a Receiver meets.
class ReceiverListener {
  public:
    /// Nothing is on the wire any more.
    virtual void on_quiet() = 0;
    /// The connection is lost, or not fit for anybody any more.
    virtual void on_lost(const std::string& why, const std::string& sqlstate) noexcept = 0;

  protected:
    ~ReceiverListener() = default;
};

/// Of one connection.
class Receiver {
  public:
    Receiver(EventLoop& loop, ConnectionState& state, FlightSender& flights, Interrupter& interrupter, Endings& endings,
             ReceiverListener& listener);

    /// All that has come.
    void receive();
    /// Something else is the next to be answered.
    void head_began();
    /// For who ends what still runs, on a thread of its own, and has nobody to tell.
    void pass_over_notices() noexcept;
    AnswerReader& reader() noexcept { return reader_; }

  private:
    static void on_notice(void* receiver, const PGresult* result) noexcept;
    static void pass_over(void* nothing, const PGresult* result) noexcept;
    void take_result(ResultHandle result);
    void sync_came();
    void head_ended();
    void note_time(const Sent& run) noexcept;
    void take_notifications();
    /// As farewell() says, or libpq.
    void note_loss();
    void lose(const std::string& why) { listener_.on_lost(why, "08006"); }

    EventLoop& loop_;
    ConnectionState& state_;
    FlightSender& flights_;
    Interrupter& interrupter_;
    Endings& endings_;
    ReceiverListener& listener_;
    AnswerReader reader_;
    detail::Clock::time_point head_since_{};  // what runs on the server now
};

}  // namespace databased::postgresql
