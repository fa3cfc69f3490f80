// Statements of the connect hook, on a connection that nobody else has yet.
#pragma once

#include "execution/channel.hpp"

#include <databased/executor.hpp>

namespace databased::detail {

/// Belongs to the hook; the channel and the rules outlive it.
class ConnectTarget final : public StatementTarget {
  public:
    ConnectTarget(Channel& channel, const StatementRules& rules, const EventLoop& loop) noexcept
        : channel_(channel), rules_(rules), loop_(loop) {}

    const StatementRules& rules() const noexcept override { return rules_; }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink) override;
    Task<Result> run_many(Statement::Pointer statement) override;
    bool pipelines() const noexcept override { return false; }
    Task<> run_unit(UnitWork& work) override;
    Task<> run_each(BatchEntries entries) override;
    /// Throws NotSupportedError.
    std::shared_ptr<RowSource> stream(Statement::Pointer statement) override;
    Task<Result> run_bulk(BulkInsert& insert) override;

  private:
    static Request request_for(Statement::Pointer statement, const Context& context);
    Task<> end(backend::Verb verb);

    Channel& channel_;
    const StatementRules& rules_;
    const EventLoop& loop_;
};

}  // namespace databased::detail
