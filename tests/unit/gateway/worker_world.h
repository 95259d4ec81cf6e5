// SPDX-License-Identifier: Apache-2.0
//
// WorkerWorld: a whole Worker in a world without a kernel. Clients and upstreams are scripted peers
// in a simulated network (ring/simulated_network.h); who callers are and what they may do says a
// policy made for the test. Time is virtual, and one seed decides everything that is left to
// chance, so a failure replays.
//
//     WorkerWorld world({.seed = 7});
//     world.Answer([](UpstreamPeer& upstream, const Message& request) { upstream.Send(...); });
//     ClientPeer& client = world.Connect();
//     client.Send("GET / HTTP/1.1\r\nhost: h\r\n\r\n");
//     const Message answer = world.AwaitAnswer(client);
//     world.Finish();    // drains; fails the test if anything is left over
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/worker.h"
#include "http_messages.h"
#include "identity/failure_listener_model.h"
#include "ring/simulated.h"
#include "ring/simulated_network.h"

namespace pkigate::gateway {

// A scripted side of a connection. What it sends waits until the window has room; what arrives is
// read at once unless the script says otherwise. Like any real peer it closes when the other side
// has.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(std::unique_ptr<ring::SimulatedPeer> peer) : peer_(std::move(peer)) {}

  void Send(std::string_view bytes) { outgoing_ += bytes; }
  // Closes our direction once everything is sent.
  void EndSending() { end_sending_ = true; }
  void Close();
  void Abort();
  // Bytes read per turn; 0 stops reading.
  void set_read_max(size_t num_bytes) { read_max_ = num_bytes; }

  // Moves bytes; called each turn.
  void Pump();

  std::string& received() { return received_; }
  uint64_t num_received() const { return num_received_; }
  uint64_t num_sent() const { return num_sent_; }  // taken by the network
  bool ended() const { return ended_; }            // the other side closed in good order
  bool reset() const { return reset_; }
  bool gone() const { return ended_ || reset_; }
  bool closed() const { return closed_; }

 private:
  std::unique_ptr<ring::SimulatedPeer> peer_;
  std::string outgoing_;
  size_t outgoing_begin_ = 0;  // what is before it has been sent
  std::string received_;
  size_t read_max_ = std::string::npos;
  uint64_t num_received_ = 0;
  uint64_t num_sent_ = 0;
  bool end_sending_ = false;
  bool sending_ended_ = false;
  bool ended_ = false;
  bool reset_ = false;
  bool closed_ = false;
};

class ClientPeer final : public ScriptedPeer {
 public:
  using ScriptedPeer::ScriptedPeer;
  // The next complete answer, if it is there. A malformed one fails the test.
  std::optional<Message> TakeAnswer(MessageKind kind = MessageKind::kAnswer);
};

class UpstreamPeer final : public ScriptedPeer {
 public:
  UpstreamPeer(std::unique_ptr<ring::SimulatedPeer> peer, size_t address)
      : ScriptedPeer(std::move(peer)), address_(address) {}
  std::optional<Message> TakeRequest();
  size_t address() const { return address_; }

 private:
  size_t address_;
};

// What the world's policy says; a snapshot carries one.
struct Rules {
  uint64_t generation = 1;
  std::string user = "alice";
  std::vector<std::string> roles = {"reader", "writer"};
  bool known = true;  // false: nobody is authenticated
  // Targets beginning so are refused with 403.
  std::string denied = "/denied";
  // What `Authorization: pw NAME PASSWORD` is checked against: stored hashes, asked in order, each
  // of the users named before it.
  std::vector<std::pair<std::string, std::string>> stored_hashes = {};
  int64_t keep_seconds = 60;        // a right password
  bool pass_authorization = false;  // up to the upstream
  bool names_hosts = false;         // the user is called as the peer's host, if that has a name
  // Wrong passwords count for the peer's address and for the user at the backend `internal`.
  std::vector<identity::FailureListenerModel> failure_listeners = {};
};

struct WorldOptions {
  uint64_t seed = 1;
  ring::SimulatedFaults faults = {};
  size_t num_addresses = 1;  // of the upstream
  size_t window = 64 * 1024;
  std::function<void(config::Settings&)> adjust = nullptr;
  // The listener speaks TLS with these; without them it is plain.
  std::optional<tls::ServerSettings> tls = std::nullopt;
};

class WorkerWorld {
 public:
  // Answers one complete request.
  using Handler = std::function<void(UpstreamPeer& upstream, const Message& request)>;

  explicit WorkerWorld(WorldOptions options = {});
  WorkerWorld(const WorkerWorld&) = delete;
  WorkerWorld& operator=(const WorkerWorld&) = delete;
  ~WorkerWorld();

  ring::SimulatedNetwork& network() { return network_; }
  const Counters& counters() const { return worker_->counters(); }
  const config::Settings& settings() const { return settings_; }
  // What the next snapshot will say; the one in force keeps its own copy.
  config::Settings& mutable_settings() { return settings_; }
  // Where the upstream's n-th address is; all are served from the start.
  SocketAddress UpstreamAddress(size_t index) const;

  // A new client. Lives as long as the world; null when nobody listens any more.
  ClientPeer* TryConnect();
  ClientPeer& Connect();
  // Has every complete request answered by `handler`; without one the test does it by hand.
  void Answer(Handler handler) { handler_ = std::move(handler); }
  // Turns until another connection to the upstream comes; null (and a failure) when none does.
  UpstreamPeer* AwaitUpstream();
  size_t num_upstreams() const { return upstreams_.size(); }
  // Turns until the client has a complete answer; without one the test fails.
  Message AwaitAnswer(ClientPeer& client, MessageKind kind = MessageKind::kAnswer);
  Message AwaitRequest(UpstreamPeer& upstream);
  // Sends and waits.
  Message Ask(ClientPeer& client, std::string_view request) {
    client.Send(request);
    return AwaitAnswer(client);
  }

  // One turn of the peers and of the worker.
  void Turn();
  // False when `ms_max` of virtual time have passed before `done`.
  bool TurnUntil(const std::function<bool()>& done, uint64_t ms_max = 2'000);
  void PassTime(uint64_t ms);
  uint64_t now_ms() const { return network_.now_ms(); }

  void Adopt(const Rules& rules);
  // Clients' certificates must from the next snapshot on come from here.
  void set_trust(std::shared_ptr<const x509::TrustStore> trust);
  const std::vector<uint64_t>& adopted() const { return events_.adopted; }
  void BeginDrain();
  bool drained() const { return drained_; }

  // Requests below /_local that wait for an answer of the control thread.
  const std::vector<ReplyTo>& pending() const { return local_.pending; }
  void Deliver(const ReplyTo& to, rest::Answer answer);

  // What the worker has reported of failed logins.
  const std::vector<std::shared_ptr<const LoginFailureBatch>>& failures() const {
    return events_.failures;
  }
  void Post(WorkerMessage message);

  // Passwords that wait to be checked, in the order they were asked. Nobody does but Verdict.
  const std::deque<PasswordJob>& password_jobs() const { return passwords_.jobs; }
  const std::deque<HostNameJob>& host_name_jobs() const { return host_names_.jobs; }
  void set_num_host_name_jobs_max(size_t num_jobs) { host_names_.num_jobs_max = num_jobs; }
  // Answers the question that was asked first.
  void NameHost(const std::string& name);
  // Turns until so many have been asked.
  bool AwaitPasswordJobs(size_t num_jobs);
  // What the first of them comes to.
  void Verdict(PasswordChecked::Verdict verdict);
  void Verdict(bool right) {
    Verdict(right ? PasswordChecked::Verdict::kRight : PasswordChecked::Verdict::kWrong);
  }
  void set_num_password_jobs_max(size_t num_jobs) { passwords_.num_jobs_max = num_jobs; }

  // Drains and takes everything down; fails the test if anything is left over.
  void Finish();

 private:
  struct Events final : WorkerEvents {
    void SnapshotAdopted(uint32_t /*worker*/, uint64_t generation) override {
      adopted.push_back(generation);
    }
    void CountersReported(uint32_t /*worker*/, const Counters& /*counters*/) override {}
    void LoginsFailed(uint32_t /*worker*/,
                      std::shared_ptr<const LoginFailureBatch> batch) override {
      failures.push_back(std::move(batch));
    }
    void WorkerEnded(uint32_t /*worker*/) override {}
    std::vector<uint64_t> adopted;
    std::vector<std::shared_ptr<const LoginFailureBatch>> failures;
  };

  // Claims /_local: /_local/now is answered at once with the request's body, the rest is pending.
  // Who is not known is refused everywhere.
  struct Local final : LocalAnswers {
    bool Claims(Dialect dialect, std::string_view method, std::string_view path) const override;
    bool Serve(const LocalRequest& request, const ReplyTo& reply_to, rest::Answer* answer) override;
    std::vector<ReplyTo> pending;
  };

  // A pool that answers when told.
  struct Passwords final : PasswordPool {
    bool Ask(PasswordJob&& job) override {
      if (jobs.size() >= num_jobs_max) {
        return false;
      }
      jobs.push_back(std::move(job));
      return true;
    }
    std::deque<PasswordJob> jobs;
    size_t num_jobs_max = 64;
  };

  // The same for names of hosts.
  struct HostNames final : HostNamePool {
    bool Ask(const HostNameJob& job) override {
      if (jobs.size() >= num_jobs_max) {
        return false;
      }
      jobs.push_back(job);
      return true;
    }
    std::deque<HostNameJob> jobs;
    size_t num_jobs_max = 64;
  };

  std::shared_ptr<const Snapshot> MakeSnapshot(const Rules& rules) const;
  void PumpPeers();

  ring::SimulatedNetwork network_;
  config::Settings settings_;
  std::optional<tls::ServerSettings> tls_;
  uint64_t tls_generation_ = 1;
  Events events_;
  Local local_;
  Passwords passwords_;
  HostNames host_names_;
  ring::SimulatedRing* ring_ = nullptr;
  std::unique_ptr<Worker> worker_;
  Handler handler_;
  std::vector<std::unique_ptr<ClientPeer>> clients_;
  std::vector<std::unique_ptr<UpstreamPeer>> upstreams_;
  size_t num_upstreams_awaited_ = 0;
  bool draining_ = false;
  bool drained_ = false;
};

// A request without a body. `extra`: further header lines, each with its CRLF.
std::string Request(std::string_view method, std::string_view target, std::string_view extra = {});
// The same with a body of a known length.
std::string RequestWithBody(std::string_view method, std::string_view target, std::string_view body,
                            std::string_view extra = {});
// An answer with a body of a known length.
std::string AnswerWith(int status, std::string_view body, std::string_view extra = {});

}  // namespace pkigate::gateway
