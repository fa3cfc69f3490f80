// Statements outside of sessions.
#pragma once

#include "database/database_state.hpp"
#include "database/leasing.hpp"

#include <databased/executor.hpp>

#include <memory>
#include <utility>

namespace databased::detail {

/// Each statement is committed for itself. Those of Access::read only read.
class AutocommitTarget final : public StatementTarget {
  public:
    AutocommitTarget(std::shared_ptr<DatabaseState> database, Access access) noexcept
        : database_(std::move(database)), access_(access) {}

    const StatementRules& rules() const noexcept override { return database_->rules(); }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink) override;
    Task<Result> run_many(Statement::Pointer statement) override;
    bool pipelines() const noexcept override { return database_->capabilities().pipelines; }
    Task<> run_unit(UnitWork& work) override;
    Task<> run_each(BatchEntries entries) override;
    std::shared_ptr<RowSource> stream(Statement::Pointer statement) override;
    Task<Result> run_bulk(BulkInsert& insert) override;

  private:
    Sharing sharing_of(const SqlText& text, backend::Nature nature, const Context& context) const noexcept;
    enum class Place { before_others, last };  // in a batch

    Task<> run_each_on_one(BatchEntries entries);
    Task<> run_on(const RoutedLease& held, BatchEntry& entry, Place place);
    Task<Outcome> run_in_unit(Statement::Pointer statement, RowSink* sink);

    std::shared_ptr<DatabaseState> database_;
    Access access_;
};

}  // namespace databased::detail
