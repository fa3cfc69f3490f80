// Hands commands to libpq and notes what is to be answered.
#pragma once

#include "expected_messages.hpp"
#include "operation.hpp"
#include "server_statements.hpp"
#include "session_reset.hpp"
#include "socket_watch.hpp"

#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>

namespace databased::postgresql {

/// Hears of what a Sender meets.
class SenderListener {
  public:
    /// The command that is sent now is the next to be answered.
    virtual void on_head_began() = 0;
    /// Nothing can be sent any more; close() is called.
    virtual void on_broken(const std::string& why) noexcept = 0;

  protected:
    ~SenderListener() = default;
};

/// Of one connection, in pipeline mode.
class Sender {
  public:
    /// `socket` hears of what comes in, and when the socket takes more.
    Sender(EventLoop& loop, PGconn* connection, ExpectedMessages& expected, ServerStatements& prepared,
           SocketListener& socket, SenderListener& listener);

    /// The next run of its statement, or what gives rows of its cursor. Where its values cannot be sent it fails.
    void send_run(Operation& operation);
    /// What is to be known before runs go in arrays, and the sync behind it.
    void send_questions(Operation& operation);
    /// The next runs of its statement, in arrays. Where their values cannot be sent it fails.
    void send_runs(Operation& operation);
    /// Prepared if it is sent again and again.
    void send_command(Operation* operation, const SessionReset::Command& command, Sent::Kind kind,
                      bool may_prepare = true);
    /// As it is.
    void send_text(Operation* operation, const std::string& sql, Sent::Kind kind);
    void send_sync(Sent::Kind kind, Operation* operation);
    /// Of statements that are not kept any more.
    void send_evictions();

    /// Hands on as much as the socket takes.
    void flush();
    /// The socket takes no more for now.
    bool is_blocked() const noexcept { return is_blocked_; }
    /// Whatever is sent from now on is dropped, and the socket is not watched any more.
    void close() noexcept { watch_ = nullptr; }

  private:
    void send_declare(Operation& operation);
    void send_fetch(Operation& operation);
    void sent(int accepted, Sent command);

    EventLoop& loop_;
    PGconn* connection_;
    ExpectedMessages& expected_;
    ServerStatements& prepared_;
    SenderListener& listener_;
    std::unique_ptr<SocketWatch> watch_;
    std::vector<const char*> values_;  // keeps its memory
    bool is_blocked_ = false;
};

}  // namespace databased::postgresql
