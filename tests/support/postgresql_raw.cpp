#include "support/postgresql_raw.hpp"

#include <libpq-fe.h>
#include <stdexcept>

namespace support {

void RawPostgresql::Close::operator()(pg_conn* connection) const { PQfinish(connection); }
void RawPostgresql::Close::operator()(pg_result* result) const { PQclear(result); }

RawPostgresql::RawPostgresql(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    if (PQstatus(handle()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(handle()));
}

void RawPostgresql::execute(const std::string& sql) { run(sql); }

std::string RawPostgresql::text(const std::string& sql) {
    const auto result = run(sql);
    if (PQntuples(result.get()) == 0) throw std::runtime_error("no row: " + sql);
    return PQgetisnull(result.get(), 0, 0) != 0 ? "(null)" : PQgetvalue(result.get(), 0, 0);
}

RawPostgresql::Result RawPostgresql::run(const std::string& sql) {
    Result result{PQexec(handle(), sql.c_str())};
    const auto status = PQresultStatus(result.get());
    const bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
    if (!done) throw std::runtime_error(PQerrorMessage(handle()));
    return result;
}

}  // namespace support
