// SPDX-License-Identifier: Apache-2.0
//
// Every bound of the program, in one place, each with the reason for its number. Those an operator
// may change are defaults here and settings in pkigate.yml (docs/configuration.md). Reaching a
// limit is an ordinary, counted, tested event. docs/limits.md is made from this file.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pkigate::limits {

// --- base ---------------------------------------------------------------------------------------

// One TLS record of plaintext (RFC 8446, 5.1) plus its header, tag and padding fits.
inline constexpr size_t kChunkBytes = 16 * 1024 + 512;

// --- x509 ---------------------------------------------------------------------------------------

// A PEM file with the anchors of every public CA is 250 KB; a large site's CRL some megabytes.
inline constexpr size_t kPemFileBytesMax = 32 * 1024 * 1024;
// One certificate; the largest honest ones (hundreds of names) have some 20 KB.
inline constexpr size_t kCertificateBytesMax = 256 * 1024;
// Certificates a peer may present: the deepest hierarchies have four, plus a few that do not
// belong.
inline constexpr size_t kPeerChainCertificatesMax = 32;
// Certificates on a path, anchor included: what BoringSSL allows by default is 100, and nobody has
// a tenth of it.
inline constexpr int kPathCertificatesMax = 32;
// The subject of a certificate as DER; names with a paragraph of legal text have 1 KB.
inline constexpr size_t kNameBytesMax = 16 * 1024;
// RDNs of a name, and attributes over all of them. Directories are some ten levels deep.
inline constexpr size_t kDnRdnsMax = 64;
inline constexpr size_t kDnAttributesMax = 128;
// A DN written as text, in a rule or as a principal: every byte of the largest DER as `\hh`.
inline constexpr size_t kDnTextBytesMax = 4 * kNameBytesMax;
// Octets of an object identifier's content: 50 arcs of a two-octet number.
inline constexpr size_t kOidBytesMax = 100;
// Names in a subjectAltName; certificates of content networks have a hundred.
inline constexpr size_t kSanNamesMax = 1024;
// Anchors of one trust store, and its CRLs. Looking an issuer up costs a comparison for each.
inline constexpr size_t kTrustAnchorsMax = 4096;
inline constexpr size_t kTrustCrlsMax = 1024;
// A key store: one with all public CAs has 170 KB; kTrustAnchorsMax certificates of 2 KB fit.
inline constexpr size_t kKeyStoreBytesMax = 8 * 1024 * 1024;
inline constexpr size_t kKeyStoreEntriesMax = 2 * kTrustAnchorsMax;
// Bytes of an alias: JKS has two octets for the length.
inline constexpr size_t kStoreAliasBytesMax = 0xffff;
// A password of a store: those in use are a hundredth of it, and each hash takes it whole.
inline constexpr size_t kStorePasswordBytesMax = 4096;
// Rounds of deriving a key from a password: as the JDK, which writes 10,000. The greatest number
// takes some seconds, and only an operator can ask for it.
inline constexpr uint32_t kKeyDerivationIterationsMax = 5'000'000;
// Nodes that the tree of certificate policies of one path could have: five policies, all mapped, on
// five levels are 3,125.
inline constexpr size_t kPolicyNodesMax = 10'000;

// --- match --------------------------------------------------------------------------------------

// A pattern as written. Names of certificates are shorter; Hyperscan takes 16,000 bytes, and a
// translation can be a few times as long as its source.
inline constexpr size_t kPatternBytesMax = 4096;
// Nested groups of a regular expression, so that its parser's recursion is bounded.
inline constexpr size_t kRegexDepthMax = 64;
// Counted repetition of a Java regular expression: Hyperscan takes 32,767, and long before that
// much time (1,000 any characters: a second).
inline constexpr uint32_t kRegexRepeatMax = 1000;
// Backtracking steps of one search in one text (X-AUT-26).
inline constexpr uint32_t kRegexStepsMax = 1'000'000;
// The same search in the interpreter, where PCRE2 cannot compile: nesting and memory of it.
inline constexpr uint32_t kRegexBacktrackDepthMax = 100'000;
inline constexpr uint32_t kRegexHeapKibibytesMax = 20 * 1024;
// Stack of the compiled matcher, per thread: hundreds of nested alternatives over a name.
inline constexpr size_t kRegexStackBytesMin = 32 * 1024;
inline constexpr size_t kRegexStackBytesMax = 512 * 1024;
// A text longer than this matches no regular expression and no glob: principals are far shorter.
inline constexpr size_t kMatchedTextBytesMax = 64 * 1024;
// Patterns per Hyperscan database: 1,000 compile in one to two seconds and scan in about a
// microsecond; more databases cost each scan more, larger ones are slower than the sum to compile.
inline constexpr size_t kPatternsPerShardMax = 1000;
// Shards with room for as many again, in one set: each costs every scan a fraction of a
// microsecond. One more, and half of them are compiled again as one.
inline constexpr size_t kSmallShardsMax = 8;
// Compiled shards on disk: a shard of 1,000 regular expressions has half a megabyte, seldom more
// than a few. What is beyond is compiled after a restart.
inline constexpr size_t kShardFilesMax = 1000;
inline constexpr size_t kShardFileBytesMax = 64 * 1024 * 1024;
inline constexpr size_t kShardFolderBytesMax = 256 * 1024 * 1024;
// Patterns of one set that need the backtracking matcher, each of them run for each text.
inline constexpr size_t kBacktrackingPatternsMax = 1000;
// States of one Lucene regular expression made deterministic, and of each part of it below a `~` or
// `&` (X-RE-3); also what a repetition may count to. Upstream bounds the work instead, which lets a
// few repetitions of a single character just above this through.
inline constexpr size_t kLuceneStatesMax = 10'000;
// Members of the sets of states that making one deterministic goes through: some 200 ms at worst.
inline constexpr size_t kLuceneEffortMax = 2'000'000;
// States before it is made deterministic, repetitions written out: some ten for each of those.
inline constexpr size_t kLuceneThompsonStatesMax = 100'000;
// Counted repetition of a Lucene regular expression that Hyperscan is given, some 20 ms of its
// time; what counts further is run by its automaton.
inline constexpr uint32_t kHyperscanRepeatMax = 100;
// Lucene regular expressions of one set that Hyperscan cannot do, each of them run for each text,
// and the transitions of all their automata: 60 MB.
inline constexpr size_t kLuceneAutomataMax = 1000;
inline constexpr size_t kLuceneTransitionsMax = 5'000'000;

// --- identity -----------------------------------------------------------------------------------

// The name of an X-Pack user or role, as upstream bounds it.
inline constexpr size_t kXpackNameBytesMax = 1024;
// A password. The longest that generators make have 128 bytes; hashing costs time for each.
inline constexpr size_t kPasswordBytesMax = 4096;
// Cost of a bcrypt hash. Elasticsearch knows 4 to 14; at 16, four seconds, logging in is no longer
// of use, and each step more doubles what an attempt may cost.
inline constexpr uint32_t kBcryptCostMin = 4;
inline constexpr uint32_t kBcryptCostMax = 16;
// Iterations of a PBKDF2 hash: the least and the most that Elasticsearch writes; the most takes a
// second.
inline constexpr uint32_t kPbkdf2IterationsMin = 1'000;
inline constexpr uint32_t kPbkdf2IterationsMax = 1'000'000;
// Salt of a PBKDF2 hash: what Elasticsearch demands, and twice what it writes.
inline constexpr size_t kPbkdf2SaltBytesMin = 8;
inline constexpr size_t kPbkdf2SaltBytesMax = 64;
// Failed logins remembered per listener of auth_failure_listeners, over all clients: four times
// what its default settings can ask for, some 40 MB.
inline constexpr size_t kFailureTimesMax = 4 * 1024 * 1024;
// A longer user name is remembered by its digest.
inline constexpr size_t kFailureNameBytesMax = 64;
// `allowed_tries` of a listener: who may try more often need not be counted.
inline constexpr int64_t kLoginTriesMax = 10'000;
// Subject alternative names that one attribute of a clientcert domain yields, and the length each
// is cut to, as upstream.
inline constexpr size_t kSanMatchesMax = 16;
inline constexpr size_t kSanMatchBytesMax = 8192;
// A signed token as text: what fits the largest head that is allowed by default.
inline constexpr size_t kJwtBytesMax = 16 * 1024;
// Members of a token's header or claims; large ones have some 30.
inline constexpr size_t kJwtMembersMax = 256;
// Levels of a token's JSON. Claims of the large providers have three.
inline constexpr size_t kJwtDepthMax = 16;
// Keys of one jwt domain, each of them tried.
inline constexpr size_t kJwtKeysMax = 16;
// Of a key that signs tokens: its text as configured.
inline constexpr size_t kJwtKeyBytesMax = 16 * 1024;

// --- roles --------------------------------------------------------------------------------------

// Levels of a role mapping as JSON. A rule within a rule takes two; hand-written ones go four deep.
inline constexpr size_t kMappingDepthMax = 128;
// A role mapping as JSON, the body of a management request (X-API-5).
inline constexpr size_t kMappingBytesMax = 1024 * 1024;
// The source of a role template; upstream's own bound of a script.
inline constexpr size_t kTemplateBytesMax = 65'535;
// Sections within sections of a role template: they are read and run by recursion.
inline constexpr size_t kTemplateDepthMax = 32;
// Parts written and list elements looked at for one user by one template: nested sections multiply,
// and a worker waits. About 10 ms.
inline constexpr size_t kTemplateStepsMax = 100'000;
// What a role template may make: role names, a few at best.
inline constexpr size_t kTemplateOutputBytesMax = 64 * 1024;

// --- policy --------------------------------------------------------------------------------------

// Near misses that `explain` reports: more would bury the one that was meant.
inline constexpr size_t kNearMissesMax = 20;
// Rules that are tried again without what stands in their way: each has to be compiled.
inline constexpr size_t kNearMissRulesMax = 1000;
// Regular expressions looked into for near misses: one costs a millisecond or two.
inline constexpr size_t kNearMissRegexesMax = 500;

// --- rest ---------------------------------------------------------------------------------------

// Segments of one path. The deepest route of either system has eight.
inline constexpr size_t kPathSegmentsMax = 64;

// --- config -------------------------------------------------------------------------------------

// 100,000 role mappings of 150 bytes; a file beyond that is a mistake, not a configuration.
inline constexpr size_t kConfigFileBytesMax = 16 * 1024 * 1024;
// The deepest of the files read (elasticsearch.yml, all nested) needs ten.
inline constexpr size_t kYamlDepthMax = 32;
// Some 140 bytes a node: 140 MB at worst, and twice what 100,000 role mappings need.
inline constexpr size_t kYamlNodesMax = 1'000'000;
// Placeholders within placeholders of a setting, and what they may make of its value: a list of CA
// files has some kilobytes.
inline constexpr size_t kPlaceholderDepthMax = 16;
inline constexpr size_t kExpandedSettingBytesMax = 64 * 1024;
// Longer words are no slips of the finger, and the comparison costs the product of the lengths.
inline constexpr size_t kSuggestionBytesMax = 120;
// Unknown keys reported one by one, per file: past that the file as a whole is the wrong one.
inline constexpr size_t kUnknownKeysReportedMax = 50;
// What `workers` may ask for: more than any machine has cores.
inline constexpr int64_t kWorkersMax = 1024;
// What `connections` settings may ask for, per worker: the ring's operations allow a quarter of it.
inline constexpr int64_t kConfigConnectionsMax = 1'000'000;
// What `limits.head_size` may be: below a kilobyte no client gets through; the upper bound is what
// one connection may make the gateway hold before anybody is authenticated.
inline constexpr uint64_t kConfigHeadBytesMin = 1024;
inline constexpr uint64_t kConfigHeadBytesMax = 256 * 1024;
// What `limits.headers` may be: a head of the greatest size has no more useful ones.
inline constexpr int64_t kConfigHeadersMax = 1000;

// --- ring ---------------------------------------------------------------------------------------

// Enough that one turn of a busy worker seldom needs a second submit; the kernel's cost is 64 bytes
// each.
inline constexpr uint32_t kSubmissionEntries = 512;
// More than the operations of a turn plus all receive buffers, so that the queue cannot overflow
// (an overflow makes the kernel allocate and ends multishots).
inline constexpr uint32_t kCompletionEntries = 8192;
// One ring of lent buffers per worker: 16 MiB. A connection holds one only while its bytes are
// read.
inline constexpr uint32_t kReceiveBuffers = 1024;
// One TLS record (RFC 8446, 5.2) nearly always arrives in one piece.
inline constexpr uint32_t kReceiveBufferBytes = 16 * 1024;
// Parked buffers of all connections of a worker, as a part of its ring: the other three quarters
// always serve those who read.
inline constexpr uint32_t kParkedBuffersPart = 4;
// A receiver that found no buffer is armed again when this part of the ring is back; at once would
// spin.
inline constexpr uint32_t kBuffersBackPart = 4;
// Pieces of one send: 16 chunks are 256 KiB, more than any socket takes at once.
inline constexpr size_t kSendPiecesMax = 16;
// Operations of one worker that the kernel may hold at a time. A connection has at most three
// (receive, send, cancel), so a quarter of a million connections fit; past it is our own mistake.
inline constexpr uint32_t kRingOperationsMax = 1U << 20;
// The longest a turn waits: bounds the harm of a lost wake (reported on 6.1, arm64) to a delay.
inline constexpr uint64_t kTurnWaitMsMax = 100;
// Connections the kernel queues for a listener before it refuses; net.core.somaxconn caps it
// further.
inline constexpr int kListenerBacklog = 4096;
// Unsent bytes the kernel takes per socket before it reports "full": a stalled peer held 4 MB
// without it and 0.28 MB with it.
inline constexpr int kUnsentBytesMax = 128 * 1024;
// A peer that acknowledges nothing for so long is gone (RFC 5482).
inline constexpr uint32_t kPeerSilenceMsMax = 30'000;
// Keep-alive probes find idle peers that vanished: first after a minute, then each 15 s, four in
// all.
inline constexpr int kKeepAliveIdleSeconds = 60;
inline constexpr int kKeepAliveIntervalSeconds = 15;
inline constexpr int kKeepAliveProbes = 4;
// Pause of an acceptor that met the limit of open files: doubles from the first to the second
// value.
inline constexpr uint64_t kAcceptPauseMsMin = 10;
inline constexpr uint64_t kAcceptPauseMsMax = 1'000;
// Waiting clients an acceptor turns away per pause once the pause is at its longest, so that they
// learn at once instead of hanging; few, so that a burst cannot hold the loop.
inline constexpr size_t kAcceptShedMax = 16;
// Messages waiting for one worker. Control sends a handful per reload and per management request.
inline constexpr size_t kMailboxMessages = 1024;

// --- store --------------------------------------------------------------------------------------

// How long an opener waits for a predecessor that is on its way out before it says "in use".
inline constexpr int kStoreBusyMs = 1'000;
// Stored objects of both families, tombstones included: far more than operators write by hand, few
// enough that a policy is compiled from them in seconds.
inline constexpr uint64_t kStoredObjects = 100'000;

// --- tls ----------------------------------------------------------------------------------------

// Ciphertext waiting to be sent above which no more plaintext is encrypted: four full records, the
// high water of every arrow in the gateway.
inline constexpr size_t kTlsOutputHighWater = 64 * 1024;
// One handshake message. The largest honest one is a certificate chain: ten of 4 KiB.
inline constexpr size_t kHandshakeMessageBytesMax = 64 * 1024;
// All ciphertext of a peer's handshake, so that it cannot go on for ever: the largest certificate
// message and room for the rest of the flight.
inline constexpr uint32_t kHandshakeBytesMax = 96 * 1024;
// Accepted chains a worker remembers, some 3 KiB each: 25 MiB. More clients than that per worker
// pay for a path validation now and then.
inline constexpr size_t kVerifiedChainsMax = 8192;
// Names of CAs sent with the request for a certificate. A longer list is left out as a whole, which
// means "any" to clients, because a partial one would make clients of the others send nothing.
inline constexpr size_t kCaNamesBytesMax = 16 * 1024;
// A text of a peer's certificate quoted in a failure: enough to recognise it, too little to flood a
// log.
inline constexpr size_t kFailureTextBytesMax = 1024;

// --- http ---------------------------------------------------------------------------------------

// What a request may cost before anybody is authenticated; settings in pkigate.yml. Four times the
// head of a browser with its cookies.
inline constexpr size_t kHeadBytesDefault = 16 * 1024;
inline constexpr size_t kHeadersDefault = 100;
// Lists of indices and scroll ids are long; Elasticsearch itself takes 4 KiB unless told otherwise.
inline constexpr size_t kTargetBytesDefault = 8 * 1024;
// http.max_content_length of both systems.
inline constexpr uint64_t kBodyBytesDefault = 100 * 1024 * 1024;
// A method's name: OPTIONS, the longest that is served, has seven.
inline constexpr size_t kMethodBytesMax = 16;
// The longest name a header may have; the registered ones stay below 50.
inline constexpr size_t kHeaderNameBytesMax = 256;
// Members of Connection: each costs a comparison with every header.
inline constexpr size_t kConnectionOptionsMax = 16;
// A host of 253 bytes (RFC 1035) and a port.
inline constexpr size_t kHostBytesMax = 259;
// Digits of a chunk's size: 64 bits.
inline constexpr unsigned kChunkSizeDigitsMax = 16;
// Chunk extensions, which nobody uses: of one chunk, and of all chunks of a body.
inline constexpr uint32_t kChunkExtensionBytesMax = 256;
inline constexpr uint32_t kChunkExtensionBytesBodyMax = 16 * 1024;
// The trailers of one body.
inline constexpr size_t kTrailerBytesMax = 4 * 1024;
inline constexpr uint32_t kTrailersMax = 32;
// Header names that the operator declares to be identity, and headers that the gateway adds.
inline constexpr size_t kStrippedNamesMax = 8;
inline constexpr size_t kAddedHeadersMax = 12;

// --- gateway ------------------------------------------------------------------------------------

// Bytes waiting for one socket before their producer pauses: four records keep a fast peer busy.
inline constexpr size_t kOutputHighBytes = 64 * 1024;
// Answers' bodies arriving in pieces of this size or more are encrypted where they lie; smaller
// ones are gathered into one record with the head.
inline constexpr size_t kWriteThroughBytesMin = 4 * 1024;
// The smallest request head that limits.head_size may allow: a cookie-less client fits.
inline constexpr size_t kHeadBytesMin = 1024;
// Buffers kept for reuse by a worker: 256 busy connections at a time without the allocator.
inline constexpr size_t kChunksKeptPerWorkerMax = 512;
inline constexpr size_t kSlabsKeptPerWorkerMax = 256;
// Callers remembered per worker; about 1 KiB each.
inline constexpr size_t kPrincipalsPerWorkerMax = 16 * 1024;
// Steps of one connection per turn: a flood of pipelined requests yields to the others.
inline constexpr size_t kStepsPerTurnMax = 32;
// After our last answer: how long, with what pause and how much is read and dropped so that closing
// does not reset the connection under that answer. Many clients read nothing until their upload is
// out.
inline constexpr uint64_t kLingerMs = 30'000;
inline constexpr uint64_t kLingerPauseMs = 1'000;
inline constexpr size_t kLingerBytesMax = 64 * 1024 * 1024;
// A client that has ended its side may still read: its answer, or the next piece of it, has so long
// to come, then its upstream connection is wanted for others.
inline constexpr uint64_t kHalfClosedMs = 5'000;
// The body of a refused request is read and dropped up to this, to keep the connection.
inline constexpr uint64_t kDiscardBytesMax = 64 * 1024;
inline constexpr uint64_t kDiscardMs = 5'000;
// Body of a management request (X-API-5).
inline constexpr uint64_t kLocalBodyBytesMax = 1024 * 1024;
// How long a client waits for the control thread: compiling 100,000 mappings takes seconds.
inline constexpr uint64_t kControlAnswerMs = 60'000;
// 1xx answers of an upstream per request; real ones send one or two.
inline constexpr uint32_t kInterimAnswersMax = 8;
// As much of a request's target as a log line shows.
inline constexpr size_t kLoggedTargetBytesMax = 256;
// How long an address that refused is passed over while others are up.
inline constexpr uint64_t kUpstreamDownMs = 1'000;
inline constexpr uint32_t kUpstreamSlotsMin = 64;

// Password checks found right that a worker remembers; about 150 bytes each.
inline constexpr size_t kPasswordSuccessesPerWorkerMax = 16 * 1024;
// Different passwords one request may have checked: each place that knows the user asks once.
inline constexpr size_t kPasswordsPerRequestMax = 8;
// How long a request waits for its password checks, all together. A check takes a tenth of a
// second, the costliest hashes that users make some seconds.
inline constexpr uint64_t kPasswordAnswerMs = 15'000;

// Names of hosts that a worker remembers; about 150 bytes each.
inline constexpr size_t kHostNamesPerWorkerMax = 8 * 1024;
// For how long it does, and for how long that an address has none.
inline constexpr uint64_t kHostNameKeepMs = 60'000;
inline constexpr uint64_t kNoHostNameKeepMs = 10'000;
// How long a request waits for the name of its address; then it goes on without.
inline constexpr uint64_t kHostNameAnswerMs = 5'000;

// Failed logins that a worker has ready for the others while they have not yet taken those before.
inline constexpr size_t kLoginFailureBatchMax = 256;

// --- control ------------------------------------------------------------------------------------

// Messages waiting for the control thread; more management writes at once are answered 503.
inline constexpr size_t kControlInboxMessages = 1024;

// Password checks at hand for each thread that makes them: six seconds' worth at a tenth of a
// second each, so what is taken on is done before its client gives up.
inline constexpr size_t kPasswordsWaitingPerThreadMax = 64;
// One peer's part of them: three quarters are always for others. Not less, because a peer may be a
// proxy that many sit behind.
inline constexpr size_t kPasswordsWaitingPeerPart = 4;
// What `crypto_threads` may ask for.
inline constexpr int64_t kCryptoThreadsMax = 256;
// How much those threads step back where a worker wants the same core (nice 5: a worker gets three
// times their share): passwords get slower before anything else does.
inline constexpr int kCryptoThreadNice = 5;
// Counters that peers' addresses are spread over, 16 for each of a thousand peers at a time.
inline constexpr size_t kPasswordPeerCounters = 16 * 1024;

// Addresses that are being named at once, of all workers; more go without a name.
inline constexpr size_t kHostNamesWaitingMax = 1024;
// The first try at a name server; later tries take longer.
inline constexpr uint64_t kNameServerTryMs = 1'000;
// How often each name server is tried.
inline constexpr int kNameServerTries = 2;
// What `resolver.servers` may list.
inline constexpr size_t kNameServersMax = 8;

// --- api ----------------------------------------------------------------------------------------

// Member names in one `filter_path`, all patterns together: clients send a handful, and the work
// grows with their square.
inline constexpr size_t kFilterPathNames = 128;

}  // namespace pkigate::limits
