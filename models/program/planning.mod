# The program of fleetplan in GNU MathProg.
#
# It states what Sources/FleetPlanning/Program builds, family by family and under the same names, so that the two can be
# read side by side and solved against each other. `fleetplan export --format mathprog` writes this text with the data of
# a problem; `glpsol -m FILE` then finds the objective of the plan. docs/model.md explains the symbols.
#
# Everything nonlinear (memory, latency, waiting, transfer times) was evaluated when the candidates were sized: it is in
# `load`, in `least_instances` and in the partners of a sender.

# ---------------------------------------------------------------------------------------------------------------- Sets

set PERIODS;                                       # t: stretches of time with constant rates
set CLASSES;                                       # w: request classes
set POOLS;                                         # a: accelerator types with stock and prices
set CANDIDATES;                                    # c: ways to run instances
set TIERS;                                         # k: devices of a pool at one price
set LOADS within CLASSES cross CANDIDATES;         # (w,c): class w is admitted by candidate c

# Only where not every prefill instance may send to every decode instance of its model, or where a link has a limit:
set SENDERS;                                       # P: prefill candidates of one model and pool with the same partners
set ENDPOINTS;                                     # D: decode pools of one model by KV precision (and tensor degree)
set PARTNERS within SENDERS cross ENDPOINTS;       # (P,D): P may send to D
set MEMBERS within SENDERS cross CANDIDATES;       # (P,c): candidate c belongs to P
set RECEIVERS within ENDPOINTS cross CANDIDATES;   # (D,c): candidate c decodes at D
set LINKS within POOLS cross POOLS;                # (from pool, to pool), with a limit on bytes/s

set SHARES;                                        # i: limits on vendor shares, numbered
set LIMITS;                                        # i: limits on devices over several pools, numbered
set WITHIN within POOLS cross LIMITS;              # (a,i): limit i counts the devices of pool a
set PHASES := {"prefill", "decode", "aggregated"};
set OBJECTIVES := {"cost", "traffic", "devices", "power"};

# ---------------------------------------------------------------------------------------------------------------- Data

param period_share{PERIODS};                       # share of the planning cycle, sums to 1
param rate{CLASSES, PERIODS};                      # offered [requests/s]

param vendor{POOLS} symbolic;
param watts{POOLS};                                # board power of one device [W]
param stock_devices{POOLS} default Infinity;       # devices that can be bought or hired

param phase{CANDIDATES} symbolic in PHASES;
param pool{CANDIDATES} symbolic in POOLS;
param instance_devices{CANDIDATES};                # devices of one instance
param least_instances{CANDIDATES} default 1;       # fewest instances when it is used at all (floor[c])
param load{LOADS};                                 # instances per request/s

param tier_pool{TIERS} symbolic in POOLS;
param kind{TIERS} symbolic in {"on_demand", "reserved", "spot", "owned", "current"};
param usd_per_device_hour{TIERS};
param unit_devices{TIERS};                         # devices in one unit of purchase: a node, or 1
param units_available{TIERS} default Infinity;

param sender_pool{SENDERS} symbolic in POOLS;
param endpoint_pool{ENDPOINTS} symbolic in POOLS;
param gigabytes{CLASSES} default 0;                # KV bytes of one request [GB]
param bandwidth{LINKS};                            # [GB/s]

param headroom{PHASES} default 0;                  # capacity kept above the load, as a fraction
param spares default 0;                            # idle instances kept per candidate and period in use
param budget_usd_per_hour default Infinity;
param power_cap_watts default Infinity;
param spot_share default Infinity;                 # largest share of held devices in spot tiers
param minimum_vendors default 1;
param most_devices{LIMITS};                        # devices that may be held of the pools of a limit
param share_measure{SHARES} symbolic in {"spend", "devices", "capacity"};
param share_limit{SHARES};
set LIMITED dimen 2;                               # (vendor, i): vendors that limit i applies to

param aim symbolic in OBJECTIVES default "cost";   # what is minimised
param traffic_mix symbolic in {"fixed", "proportional", "free"} default "fixed";
set KEPT within OBJECTIVES default {};             # earlier objectives, held at a value while the next is minimised
param kept_value{KEPT};

set VENDORS := setof{a in POOLS} vendor[a];
set ENTERING := setof{c in CANDIDATES: phase[c] != "decode"} c;
set PREFILL := setof{c in CANDIDATES: phase[c] = "prefill"} c;
set DECODE := setof{c in CANDIDATES: phase[c] = "decode"} c;
set GUARDED := setof{c in CANDIDATES: least_instances[c] > 1 or spares > 0} c;
set SENDING := setof{(P,c) in MEMBERS, w in CLASSES: (w,c) in LOADS} (w,P);
set FLOWS := setof{(w,P) in SENDING, (P,D) in PARTNERS} (w,P,D);
set RECEIVING := setof{(D,c) in RECEIVERS, w in CLASSES: (w,c) in LOADS} (w,D)
  union setof{(w,P,D) in FLOWS} (w,D);

# Work that all the traffic a candidate may take would be [instances], and the most instances that can be of use:
#   U[c,t] = min(max(floor[c], ceil(sum of load * rate)) + spares, floor(reachable[a,t] / devices[c]) + 1)
# with reachable[a,t] the devices of the pool that stock, offers, power cap and budget can reach.
param whole_work{c in CANDIDATES, t in PERIODS} :=
  sum{w in CLASSES: (w,c) in LOADS} (1 + headroom[phase[c]]) * load[w,c] * rate[w,t];
param least_cost{a in POOLS, t in PERIODS} :=
  if exists{k in TIERS} tier_pool[k] = a
  then min{k in TIERS: tier_pool[k] = a} usd_per_device_hour[k]
    * (if kind[k] = "reserved" or kind[k] = "owned" or kind[k] = "current" then 1 else period_share[t])
  else 0;
param reachable_devices{a in POOLS, t in PERIODS} := min(
  (if stock_devices[a] < Infinity
   then stock_devices[a] + sum{k in TIERS: tier_pool[k] = a and kind[k] = "current" and units_available[k] < Infinity}
     unit_devices[k] * units_available[k]
   else Infinity),
  (if (exists{k in TIERS} tier_pool[k] = a)
     and not (exists{k in TIERS: tier_pool[k] = a} units_available[k] = Infinity)
   then sum{k in TIERS: tier_pool[k] = a} unit_devices[k] * units_available[k] else Infinity),
  (if power_cap_watts < Infinity and watts[a] > 0 then power_cap_watts / watts[a] else Infinity),
  (if budget_usd_per_hour < Infinity and least_cost[a,t] > 0 then budget_usd_per_hour / least_cost[a,t]
   else Infinity));
param useful_instances{c in CANDIDATES, t in PERIODS} :=
  if whole_work[c,t] > 0
  then min(max(least_instances[c], ceil(whole_work[c,t] - 1e-9)) + spares,
    if reachable_devices[pool[c],t] < Infinity then floor(reachable_devices[pool[c],t] / instance_devices[c] + 1e-9) + 1
    else Infinity)
  else 0;

# Committed tiers hold the same devices in all periods: they have one variable, of index "always".
param stretch{k in TIERS, t in PERIODS} symbolic :=
  if kind[k] = "reserved" or kind[k] = "owned" or kind[k] = "current" then "always" else t;
set STRETCHES{k in TIERS} := setof{t in PERIODS} stretch[k,t];

# What one held unit adds to each objective in a period, averaged over periods.
param per_unit{o in OBJECTIVES, k in TIERS, t in PERIODS} := period_share[t] * unit_devices[k]
  * (if o = "cost" then usd_per_device_hour[k] else if o = "devices" then 1
     else if o = "power" then watts[tier_pool[k]] else 0);

# ----------------------------------------------------------------------------------------------------------- Variables

var n{c in CANDIDATES, t in PERIODS} integer >= 0 <= useful_instances[c,t];   # instances running
var x{(w,c) in LOADS, t in PERIODS} >= 0 <= rate[w,t];                        # rate handled [requests/s]
var used{c in GUARDED, t in PERIODS} binary;                                  # whether any instance runs
var held{k in TIERS, s in STRETCHES[k]} integer >= 0 <= units_available[k];
var flow{(w,P,D) in FLOWS, t in PERIODS} >= 0 <= rate[w,t];                   # rate sent from P to D [requests/s]
var served_fraction >= 0 <= 1;                                                # of all traffic alike
var served{w in CLASSES, t in PERIODS} >= 0 <= rate[w,t];                     # where any mix may be served
var vendor_used{VENDORS} binary;

# ----------------------------------------------------------------------------------------------------------- Objective

# cost     sum over k,t of period_share * price * unit * held                 [USD/h]
# traffic  sum over w,t of period_share * (rate - served)                     [requests/s]
# devices  sum over k,t of period_share * unit * held                         [devices]
# power    sum over k,t of period_share * watts * unit * held                 [W]
minimize objective:
  sum{k in TIERS, t in PERIODS} per_unit[aim,k,t] * held[k,stretch[k,t]]
  + (if aim = "traffic" then sum{w in CLASSES, t in PERIODS} period_share[t] * (rate[w,t]
      - (if traffic_mix = "fixed" then rate[w,t]
         else if traffic_mix = "proportional" then rate[w,t] * served_fraction else served[w,t])));

# Earlier objectives, held.
s.t. keep{o in KEPT}:
  sum{k in TIERS, t in PERIODS} per_unit[o,k,t] * held[k,stretch[k,t]]
  + (if o = "traffic" then sum{w in CLASSES, t in PERIODS} period_share[t] * (rate[w,t]
      - (if traffic_mix = "fixed" then rate[w,t]
         else if traffic_mix = "proportional" then rate[w,t] * served_fraction else served[w,t])))
  <= kept_value[o];

# --------------------------------------------------------------------------------------------------- Demand and balance

# All traffic enters: what prefill and aggregated instances take is what is served.                    [requests/s]
s.t. demand{w in CLASSES, t in PERIODS}:
  sum{c in ENTERING: (w,c) in LOADS} x[w,c,t]
  = (if traffic_mix = "fixed" then rate[w,t]
     else if traffic_mix = "proportional" then rate[w,t] * served_fraction else served[w,t]);

# What is prefilled is decoded.                                                                        [requests/s]
s.t. balance{w in CLASSES, t in PERIODS: exists{c in PREFILL union DECODE} (w,c) in LOADS}:
  sum{c in PREFILL: (w,c) in LOADS} x[w,c,t] - sum{c in DECODE: (w,c) in LOADS} x[w,c,t] = 0;

# ------------------------------------------------------------------------------------------------------------ Capacity

# The work of all classes, with headroom, and the spares fit into the instances.                        [instances]
s.t. capacity{c in CANDIDATES, t in PERIODS}:
  sum{w in CLASSES: (w,c) in LOADS} (1 + headroom[phase[c]]) * load[w,c] * x[w,c,t]
  + (if c in GUARDED then spares * used[c,t]) <= n[c,t];

# Instances run only where `used` is 1, and then at least floor[c] of them beside the spares.           [instances]
s.t. opened{c in GUARDED, t in PERIODS}: n[c,t] <= useful_instances[c,t] * used[c,t];
s.t. least{c in GUARDED, t in PERIODS: least_instances[c] > 1}:
  (least_instances[c] + spares) * used[c,t] <= n[c,t];

# ------------------------------------------------------------------------------------------------------------- Pairing

# What the members of P prefill goes to partners of P; what the members of D decode comes from them.   [requests/s]
s.t. sent{(w,P) in SENDING, t in PERIODS}:
  sum{(P,c) in MEMBERS: (w,c) in LOADS} x[w,c,t] - sum{(w,P,D) in FLOWS} flow[w,P,D,t] = 0;
s.t. received{(w,D) in RECEIVING, t in PERIODS}:
  sum{(D,c) in RECEIVERS: (w,c) in LOADS} x[w,c,t] - sum{(w,P,D) in FLOWS} flow[w,P,D,t] = 0;

# KV bytes on a link.                                                                                       [GB/s]
s.t. link{(p,q) in LINKS, t in PERIODS}:
  sum{(w,P,D) in FLOWS: sender_pool[P] = p and endpoint_pool[D] = q} gigabytes[w] * flow[w,P,D,t] <= bandwidth[p,q];

# --------------------------------------------------------------------------------------------------- Devices and stock

# Devices in use are held; devices held beside the current fleet are in stock.                            [devices]
s.t. devices{a in POOLS, t in PERIODS: exists{c in CANDIDATES} pool[c] = a}:
  sum{c in CANDIDATES: pool[c] = a} instance_devices[c] * n[c,t]
  <= sum{k in TIERS: tier_pool[k] = a} unit_devices[k] * held[k,stretch[k,t]];
s.t. stock{a in POOLS, t in PERIODS: stock_devices[a] < Infinity}:
  sum{k in TIERS: tier_pool[k] = a and kind[k] != "current"} unit_devices[k] * held[k,stretch[k,t]]
  <= stock_devices[a];

# Devices held of several pools together, the current fleet included.                                     [devices]
s.t. device_limit{i in LIMITS, t in PERIODS}:
  sum{k in TIERS: (tier_pool[k],i) in WITHIN} unit_devices[k] * held[k,stretch[k,t]] <= most_devices[i];

# -------------------------------------------------------------------------------------------------------------- Policy

# Cost averaged over periods.                                                                               [USD/h]
s.t. budget{{0}: budget_usd_per_hour < Infinity}:
  sum{k in TIERS, t in PERIODS} per_unit["cost",k,t] * held[k,stretch[k,t]] <= budget_usd_per_hour;

# Board power of held devices, busy or not.                                                                     [W]
s.t. power{t in PERIODS: power_cap_watts < Infinity}:
  sum{k in TIERS} watts[tier_pool[k]] * unit_devices[k] * held[k,stretch[k,t]] <= power_cap_watts;

# Spot devices as a share of held devices.                                                                [devices]
s.t. spot{t in PERIODS: spot_share < Infinity}:
  sum{k in TIERS: kind[k] = "spot"} unit_devices[k] * held[k,stretch[k,t]]
  - spot_share * sum{k in TIERS} unit_devices[k] * held[k,stretch[k,t]] <= 0;

# A vendor's share of spending, of held devices, and of requests handled (each half of a disaggregated one counts ½).
s.t. share_spend{(v,i) in LIMITED: share_measure[i] = "spend"}:
  sum{k in TIERS, t in PERIODS: vendor[tier_pool[k]] = v} per_unit["cost",k,t] * held[k,stretch[k,t]]
  - share_limit[i] * sum{k in TIERS, t in PERIODS} per_unit["cost",k,t] * held[k,stretch[k,t]] <= 0;
s.t. share_devices{(v,i) in LIMITED, t in PERIODS: share_measure[i] = "devices"}:
  sum{k in TIERS: vendor[tier_pool[k]] = v} unit_devices[k] * held[k,stretch[k,t]]
  - share_limit[i] * sum{k in TIERS} unit_devices[k] * held[k,stretch[k,t]] <= 0;
s.t. share_capacity{(v,i) in LIMITED, t in PERIODS: share_measure[i] = "capacity"}:
  sum{(w,c) in LOADS: vendor[pool[c]] = v} (if phase[c] = "aggregated" then 1 else 0.5) * x[w,c,t]
  - share_limit[i] * sum{(w,c) in LOADS} (if phase[c] = "aggregated" then 1 else 0.5) * x[w,c,t] <= 0;

# At least this many vendors have an instance running.
s.t. active{v in VENDORS: minimum_vendors > 1}:
  vendor_used[v] <= sum{c in CANDIDATES, t in PERIODS: vendor[pool[c]] = v} n[c,t];
s.t. vendors{{0}: minimum_vendors > 1}: sum{v in VENDORS} vendor_used[v] >= minimum_vendors;

# -------------------------------------------------------------------------------------------------------------- Answer

solve;

printf "\nobjective %s = %.10g\n", aim, objective;
printf{c in CANDIDATES, t in PERIODS: n[c,t] > 0.5} "n[%s,%s] = %d\n", c, t, n[c,t];
printf{k in TIERS, s in STRETCHES[k]: held[k,s] > 0.5} "held[%s,%s] = %d\n", k, s, held[k,s];

end;
