#include "type_lookup.hpp"

#include "pipeline.hpp"
#include "values/encoders.hpp"

#include <databased/detail/store_sink.hpp>

#include <algorithm>

namespace databased::postgresql {

void TypeLookup::ask(Operation& operation, const std::vector<Oid>& unknown) {
    operation.type_search = ++searches_;
    waiting_.push_back(&operation);
    loop_.spawn(find(self_, unknown, operation.type_search));
}

Task<> TypeLookup::find(std::weak_ptr<TypeLookup*> lookup, std::vector<Oid> unknown, std::uint64_t search) {
    detail::StoreSink sink;
    Request request;
    request.statement = Statement::make(
        StatementRules{.dialect = &postgresql_dialect},
        "SELECT t.oid, pg_catalog.format_type(t.oid, NULL), t.typtype::text, "
        "CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, coalesce(e.typtype::text, 'b'), "
        "coalesce(e.typdelim::text, ',') "
        "FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem WHERE t.oid IN (?)",
        expand(unknown));
    request.sink = &sink;
    request.commands.push_back({backend::Verb::run});
    if (lookup.expired()) co_return;
    Operation operation{(*lookup.lock())->pipeline_, std::move(request), true};
    const Outcome outcome = co_await operation;
    const auto self = lookup.lock();
    if (self == nullptr) co_return;
    if (!outcome.error) (*self)->add(std::move(sink).rows());
    (*self)->found(search);
}

void TypeLookup::add(const Rows& rows) {
    for (const Row& row : rows) {
        catalog_.add(row[0].as<Oid>(), TypeInfo{.name = row[1].as<std::string>(),
                                                .kind = row[2].as<std::string>().front(),
                                                .element = row[3].as<Oid>(),
                                                .element_kind = row[4].as<std::string>().front(),
                                                .delimiter = row[5].as<std::string>().front()});
    }
}

void TypeLookup::found(std::uint64_t search) {
    const auto place = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Operation* operation) { return operation->type_search == search; });
    if (place == waiting_.end()) return;
    Operation& operation = **place;
    give_up(operation);
    pipeline_.types_came(operation);
}

void TypeLookup::give_up(Operation& operation) noexcept {
    forget(operation);
    operation.type_search = 0;
    for (const auto& result : std::exchange(operation.held, {})) {
        operation.rows().take(result.get(), *operation.prepared);
    }
}

}  // namespace databased::postgresql
