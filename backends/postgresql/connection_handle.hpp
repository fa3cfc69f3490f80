// A connection of libpq that closes itself.
#pragma once

#include <libpq-fe.h>
#include <memory>

namespace databased::postgresql {

struct FinishConnection {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using ConnectionHandle = std::unique_ptr<PGconn, FinishConnection>;

}  // namespace databased::postgresql
